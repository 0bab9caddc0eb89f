{{ coarrest_ties("action") }}
