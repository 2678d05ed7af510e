"""The columns that conditions may use, with their types; tests hold them to the models."""

from collections.abc import Mapping


def _typed(**columns: str) -> Mapping[str, str]:
    return {name: kind for kind, names in columns.items() for name in names.split()}


CANDIDATE_COLUMNS = _typed(
    varchar="source channel brand intent sentiment topic language product owner",
    double="intent_confidence sentiment_score customer_value open_deal_amount",
    boolean="is_opening is_private known_customer is_bot marketing_consent",
    bigint="""turns likes shares order_count open_deals open_cases influence negative_before
        messages_before""",
)

MEASURE_COLUMNS = _typed(
    varchar="customer_id kind country language owner",
    double="""monetary average_order expected_orders_365d lifetime_value lifetime_value_low
        lifetime_value_high engagement negative_share_90d risk""",
    boolean="is_bot",
    bigint="""recency_days frequency tenure_days messages_90d churn_threats_90d
        open_conversations open_deals source_count followers""",
)

TABLE_COLUMNS = {
    "transactions": _typed(
        varchar="source transaction_id kind currency stage",
        decimal="amount",
        timestamptz="occurred_at closed_at",
    ),
    "interactions": _typed(
        varchar="source interaction_id channel kind direction",
        timestamptz="occurred_at",
    ),
    "conversations": _typed(
        varchar="source thread_id channel brand intent topic",
        timestamptz="opened_at resolved_at",
        bigint="first_response_seconds turns",
        boolean="reopened moved_private",
    ),
}
