select
    versions.jurisdiction_id,
    versions.feed_id,
    versions.record_key,
    versions.batch_id,
    versions.group_key,
    versions.other_group_key,
    versions.relation_type,
    relation_type_codes.code as relation_type_code,
    {{ how_mapped("relation_type") }} as relation_type_mapping,
    versions.started_on,
    versions.started_on_precision,
    versions.confirmed_on,
    versions.confirmed_on_precision,
    versions.ended_on,
    versions.ended_on_precision,
    versions.identity_basis,
    versions.op as change_op,
    versions.known_at as known_from,
    versions.known_to,
    versions.pending_since
from
    {{ ref("int_group_relation__versions") }}
    as versions {{ join_codes("group_relation") }}
