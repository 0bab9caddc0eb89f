{{ coarrest_ties("linked") }}
