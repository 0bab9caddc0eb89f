"""What agencies call things: heading words that suggest a contract column, and words that suggest a record kind."""

from __future__ import annotations

_COLUMNS = {
    "arrest_id": (
        "arrest_key arrest_id arrest_no arrest_number arrestnumber cb_no booking_number booking_no rpt_id "
        "folio_detencion"
    ),
    "incident_id": (
        "incident_id incident_key incident_num incident_number incident_no case_number case_no report_number "
        "dc_key ccr ccnumber complaint_number dr_no folio expediente"
    ),
    "occurred_at": (
        "occurred_at occurred occur_date occurred_date occurred_on incident_date incident_dt date_occurred "
        "dateoccurred datetime shooting_date offense_date crimedatetime reported_dt date date_ fecha "
        "fecha_hecho"
    ),
    "arrested_at": "arrested_at arresttime arrestdatetime arrest_datetime",
    "arrested_on": "arrested_on arrest_date arst_date arrestdate fecha_detencion day",
    "is_fatal": (
        "is_fatal fatal murder_flag statistical_murder_flag stat_murder_flg shooting_type_v2 shooting_type "
        "outcome fallecido"
    ),
    "wound": "wound injury herida",
    "area_id": (
        "area boro borough arrest_boro community_area neighborhood municipality municipio colonia zone dist district"
    ),
    "precinct_id": "precinct police_precinct arrest_precinct station comisaria",
    "beat_id": "beat post sector cuadrante",
    "location_text": (
        "location address block streetblock place street arrest_location arrestlocation nearest_intersection "
        "domicilio lugar"
    ),
    "location_type": "location_desc location_description location_type premises",
    "latitude": "latitude lat y latitud",
    "longitude": "longitude lon lng long x longitud",
    "source_offense": (
        "offense offence charge_description chargedescription charge_desc chrg_desc pd_desc description "
        "violation offense_description delito"
    ),
    "source_offense_code": "offense_code charge_code pd_cd code charge clave_delito",
    "statute": "statute law_code articulo",
    "charge_level": "charge_level law_cat_cd charge_class severity level",
    "disposition": "disposition dispo_desc",
    "charge_number": "charge_number charge_no count_no",
    "last_name": "last_name lname surname family_name apellido_paterno apellido primer_apellido cdslstnm",
    "second_last_name": "second_last_name apellido_materno segundo_apellido",
    "first_name": "first_name fname given_name nombre nombres cdsfstnm",
    "middle_name": "middle_name mname middle_initial mi cdsmidnm",
    "name_suffix": "suffix name_suffix cdssuffx",
    "alias_names": "alias aliases aka alias_names",
    "birth_date": "dob birth_date date_of_birth birthdate fecha_nacimiento cdclbrth",
    "age": "age edad",
    "age_group": "age_group age_band age_range vic_age_group grupo_edad",
    "sex": "sex gender sexo cdclsex",
    "race": "race raza cdclrace descent_cd",
    "ethnicity": "ethnicity ethnic latino hispanic victim_ethnicity_nibrs",
    "sid": "sid state_id sid_number",
    "fbi_number": "fbi fbi_no fbi_number",
    "local_id": (
        "person_id victim_no vic_no victim_number suspect_no offender_id inmate_id inmateid inmate_no local_id "
        "victim_id perp_id name_id unique_id"
    ),
    "term_id": "term_id supervision_id cddornum probation_id",
    "facility_id": "facility facility_id institution site_id siteid location_id",
    "unit_id": "unit unit_id housing_unit",
    "snapshot_on": "snapshot_date download_date census_date",
    "admitted_at": "admitted_dt admission_date latest_admission_date booking_date",
    "started_on": "start_date supervision_start disposition_date begin_date",
    "ended_on": "end_date supervision_end termination_date",
    "custody_level": "custody_level",
    "movement_id": "movement_id movement_no movementno move_id transfer_id folio_traslado",
    "booking_id": "booking_id booking_no bookingno booking_number",
    "moved_at": "moved_at movedat movement_date movement_datetime move_date fecha_traslado",
    "from_facility_id": "from_facility from_inst from_institution fromfac",
    "to_facility_id": "to_facility to_inst to_institution tofac",
    "from_unit_id": "from_unit from_housing",
    "to_unit_id": "to_unit to_housing",
    "from_cell_id": "from_cell",
    "to_cell_id": "to_cell",
    "bunk_id": "bunk bunk_no bed bed_no",
    "movement_reason": "movement_reason reason_for_move move_reason motivo_traslado",
    "call_id": (
        "call_id call_no call_number event_number event_no cad_number cad_event_number master_incident_number "
        "nopd_item folio_llamada"
    ),
    "received_at": (
        "received_at received time_received call_received call_datetime timecreate create_time_incident fecha_llamada"
    ),
    "call_type": "call_type typetext type_text event_type call_type_final initial_type tipo_llamada",
    "is_officer_initiated": "selfinitiated self_initiated officer_initiated on_view onview",
}

_KINDS = {
    "shooting_victim": "shooting victim vic fatal wound gunshot",
    "shooting_suspect": "perp suspect offender",
    "shooting_incident": "shooting shots incident",
    "arrest": "arrest arrestee booking detencion",
    "arrest_charge": "charge statute",
    "prison_incident": "facility slashing stabbing misconduct fight",
    "probation_term": "probation supervision sentence parole",
    "custody_census": "custody census inmate snapshot",
    "prison_movement": "movement movements moved bunk bed traslado",
    "call_for_service": "call calls cad dispatch event priority llamada",
}

#: Contract column (person columns without their role) -> headings, lower case with single underscores.
COLUMNS: dict[str, tuple[str, ...]] = {name: tuple(words.split()) for name, words in _COLUMNS.items()}

#: Record kind -> words in headings or file names that speak for it.
KINDS: dict[str, tuple[str, ...]] = {name: tuple(words.split()) for name, words in _KINDS.items()}
