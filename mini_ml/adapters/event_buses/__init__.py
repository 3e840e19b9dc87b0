"""Where events about jobs go: to a log, to a webhook, or to EventBridge (adapters/aws/event_bridge.py)."""
