"""Running reports: pages of charts and tables from the published marts."""
