{# The three shapes: name -> type, in order. Every source maps into them. #}
{% macro shape_columns(shape) %}
    {% set shapes = {
        'contacts': {
            'source': 'varchar', 'source_record_id': 'varchar', 'kind': 'varchar',
            'full_name': 'varchar', 'given_name': 'varchar', 'family_name': 'varchar',
            'platform': 'varchar', 'handle': 'varchar', 'profile_url': 'varchar',
            'links': 'varchar[]', 'emails': 'varchar[]', 'phones': 'varchar[]',
            'handles': 'struct(platform varchar, handle varchar)[]',
            'street': 'varchar', 'city': 'varchar', 'region': 'varchar',
            'postal_code': 'varchar', 'country': 'varchar', 'address': 'varchar',
            'birth_date': 'date', 'company': 'varchar', 'job_title': 'varchar',
            'bio': 'varchar', 'location': 'varchar', 'language': 'varchar',
            'avatar_url': 'varchar', 'followers': 'bigint', 'verified': 'boolean',
            'created_at': 'timestamptz', 'updated_at': 'timestamptz', 'deleted': 'boolean',
            'attributes': 'json', 'loaded_package': 'bigint',
        },
        'interactions': {
            'source': 'varchar', 'interaction_id': 'varchar', 'thread_id': 'varchar',
            'parent_id': 'varchar', 'channel': 'varchar', 'kind': 'varchar',
            'direction': 'varchar', 'author_record_id': 'varchar',
            'recipient_record_ids': 'varchar[]', 'text': 'varchar', 'language': 'varchar',
            'url': 'varchar', 'occurred_at': 'timestamptz', 'edited_at': 'timestamptz',
            'deleted': 'boolean', 'metrics': 'json', 'attributes': 'json',
            'loaded_package': 'bigint',
        },
        'transactions': {
            'source': 'varchar', 'transaction_id': 'varchar', 'kind': 'varchar',
            'party_record_id': 'varchar', 'amount': 'decimal(38, 6)', 'currency': 'varchar',
            'stage': 'varchar', 'occurred_at': 'timestamptz', 'closed_at': 'timestamptz',
            'deleted': 'boolean', 'attributes': 'json', 'loaded_package': 'bigint',
        },
    } %}
    {{ return(shapes[shape]) }}
{% endmacro %}

{# The column that names a record within its source. #}
{% macro shape_key(shape) %}
    {{ return({'contacts': 'source_record_id', 'interactions': 'interaction_id', 'transactions': 'transaction_id'}[shape]) }}
{% endmacro %}

{# Its columns that hold what somebody said: null where that was deleted, in whichever way its source tells. #}
{% macro said_columns(shape) %}
    {{ return(['text', 'attributes'] if shape == 'interactions' else []) }}
{% endmacro %}

{# A relation of the shape without rows: what a union starts from. #}
{% macro empty_shape(shape) %}
    select
        {% for name, type in shape_columns(shape).items() -%}
        cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    where false
{% endmacro %}
