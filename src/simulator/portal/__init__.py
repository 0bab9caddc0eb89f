"""A portal on this machine that speaks Socrata, ArcGIS, CKAN, Carto and plain HTTP, with faults to switch on.

It is written from the protocols' documentation and knows nothing of the connectors.
"""
