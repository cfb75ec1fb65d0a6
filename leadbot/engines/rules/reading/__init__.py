"""Reading values out of what a client wrote: towns, names, phones, areas, objects, and the rest."""
