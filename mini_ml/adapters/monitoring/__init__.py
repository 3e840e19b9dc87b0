"""Where the metrics go: to CloudWatch as log lines, or to Prometheus through files that processes share."""
