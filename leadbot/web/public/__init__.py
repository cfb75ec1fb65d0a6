"""Pages for everybody: the landing page and the status page."""
