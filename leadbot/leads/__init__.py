"""Leads: registered from talks or by hand, moved over the board, edited, merged, worked on."""
