"""The embedded engine: rules, tables and a small classifier, no network. Nobody outside `engines` reads it.

`words` cuts a text, `reading` takes values out of it, `acts` names what its writer does, `dialogue` answers; `scoring`
measures.
"""
