"""Build the recorder of metrics from settings."""

from functools import cache

from mini_ml.adapters.monitoring.settings import MetricsSettings
from mini_ml.ports import NO_METRICS, Metrics


@cache
def build_metrics(settings: MetricsSettings) -> Metrics:
    """Build the recorder of this process, or return the one already built: two would overwrite each other's counts.

    The libraries are imported only if they are used. After the modules of a service, Powertools takes 6 ms and
    prometheus_client 9 ms.
    """
    if settings.metrics == "emf":
        from mini_ml.adapters.monitoring.emf import EmfMetrics

        assert settings.stage is not None
        return EmfMetrics(stage=settings.stage)
    if settings.metrics == "prometheus":
        from mini_ml.adapters.monitoring.prometheus import PrometheusMetrics

        assert settings.metrics_folder is not None
        return PrometheusMetrics(settings.metrics_folder, process=settings.metrics_process)
    return NO_METRICS
