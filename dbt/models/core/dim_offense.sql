with
    offenses as (select * from {{ ref("nibrs_offense") }}),
    groups as (select * from {{ ref("offense_group") }})

select
    offenses.offense_code,
    offenses.offense_desc,
    offenses.crime_against,
    offenses.offense_category,
    offenses.nibrs_group,
    offenses.ucr_hierarchy_rank,
    groups.severity_rank,
    offenses.offense_group_code,
    offenses.ncic_class_code,
    offenses.ncic_link_source,
    offenses.iccs_section_code,
    offenses.iccs_link_source
from offenses
left join groups on groups.offense_group_code = offenses.offense_group_code
