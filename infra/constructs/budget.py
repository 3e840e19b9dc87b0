"""A monthly budget of the account, which warns before the money is spent."""

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_sns as sns
from constructs import Construct

from mini_ml.topology import Names

_WARNINGS: Final = (("ACTUAL", 80), ("FORECASTED", 100), ("ACTUAL", 100))
"""What is compared with the budget, and from which percentage on a message is sent."""


def make_budget(
    scope: Construct, id: str, *, usd: float, names: Names, topic: sns.ITopic, tags: dict[str, str]
) -> budgets.CfnBudget:
    """Create a budget for all costs of the account. Its name has the region, because budgets belong to the account.

    It is not limited to the tags of the stack: AWS counts costs by tags only after they are activated in the
    billing settings, and metrics and data transfer carry none, so such a budget would stay at zero without a word.
    """
    subscriber = budgets.CfnBudget.SubscriberProperty(address=topic.topic_arn, subscription_type="SNS")
    return budgets.CfnBudget(
        scope,
        id,
        budget=budgets.CfnBudget.BudgetDataProperty(
            budget_name=f"{names.queue_prefix}-{Stack.of(scope).region}-monthly",
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=budgets.CfnBudget.SpendProperty(amount=usd, unit="USD"),
        ),
        notifications_with_subscribers=[
            budgets.CfnBudget.NotificationWithSubscribersProperty(
                notification=budgets.CfnBudget.NotificationProperty(
                    comparison_operator="GREATER_THAN",
                    notification_type=compared,
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                ),
                subscribers=[subscriber],
            )
            for compared, percent in _WARNINGS
        ],
        resource_tags=[budgets.CfnBudget.ResourceTagProperty(key=key, value=value) for key, value in tags.items()],
    )
