"""The columns that conditions may use; tests hold them to the models."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


CANDIDATE_COLUMNS = _names("""
    source channel brand intent intent_confidence sentiment sentiment_score topic language product
    is_opening is_private turns likes shares customer_value order_count open_deals
    open_deal_amount open_cases influence negative_before messages_before known_customer is_bot
    marketing_consent owner
""")

MEASURE_COLUMNS = _names("""
    customer_id kind country language recency_days frequency monetary average_order tenure_days
    expected_orders_365d lifetime_value lifetime_value_low lifetime_value_high engagement
    messages_90d negative_share_90d churn_threats_90d open_conversations open_deals risk
    source_count followers is_bot owner
""")

TABLE_COLUMNS = {
    "transactions": _names(
        "source transaction_id kind amount currency stage occurred_at closed_at"
    ),
    "interactions": _names("source interaction_id channel kind direction occurred_at"),
    "conversations": _names("""
        source thread_id channel brand intent topic opened_at first_response_seconds resolved_at
        reopened moved_private turns
    """),
}
