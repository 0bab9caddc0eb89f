select jurisdiction_id, year as population_year, people, population_source
from {{ source("reference", "jurisdiction_population") }}
