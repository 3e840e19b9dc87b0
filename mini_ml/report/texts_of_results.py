"""The texts about how good a model is: in English, and in Brazilian Portuguese."""

from collections.abc import Mapping
from typing import Final

RESULT_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    # ---------------------------------------------------------------- leaderboard
    "leaderboard": ("Candidates", "Candidatos"),
    "leaderboard_text": (
        "`auto` compared these on the training rows only: each was measured on rows that it was not fitted on.",
        "`auto` comparou estes apenas nas linhas de treinamento: cada um foi medido em linhas que não viu.",
    ),
    "candidate": ("Candidate", "Candidato"),
    "weight": ("Weight", "Peso"),
    "fit_time": ("Fit", "Treino"),
    "settings": ("Settings", "Configuração"),
    "seconds": ("{seconds} s", "{seconds} s"),
    "published": ("What was published", "O que foi publicado"),
    "ensemble_of": ("An ensemble: the weighted mean of these.", "Um conjunto: a média ponderada destes."),
    "one_estimator": ("{model_type}, alone.", "{model_type}, sozinho."),
    "notes": ("Notes of the training", "Notas do treinamento"),
    # ---------------------------------------------------------------- metrics
    "metrics": ("How good it is", "Quão bom ele é"),
    "metrics_text": (
        "Measured on {number} rows that the model did not learn from. The baseline always answers with {baseline}. An "
        "interval contains the true value with a confidence of 95\u00a0%.",
        "Medido em {number} linhas que o modelo não viu. A referência sempre responde com {baseline}. Um intervalo "
        "contém o valor verdadeiro com confiança de 95%.",
    ),
    "baseline_classes": ("the frequencies of the classes", "as frequências das classes"),
    "baseline_number": ("the mean of the training rows", "a média das linhas de treinamento"),
    "no_metrics": (
        "No rows were held out, so the model was not measured.",
        "Nenhuma linha foi separada, por isso o modelo não foi medido.",
    ),
    "metric": ("Metric", "Métrica"),
    "interval": ("95\u00a0% interval", "Intervalo de 95%"),
    "baseline": ("Baseline", "Referência"),
    "better": ("Better is", "Melhor é"),
    "higher": ("higher", "maior"),
    "lower": ("lower", "menor"),
    "range_of_interval": ("{low} to {high}", "{low} a {high}"),
    "metric_accuracy": ("Accuracy", "Acurácia"),
    "metric_balanced_accuracy": ("Balanced accuracy", "Acurácia balanceada"),
    "metric_f1_macro": ("Macro F1", "F1 macro"),
    "metric_log_loss": ("Log loss", "Perda logarítmica"),
    "metric_roc_auc": ("ROC AUC", "AUC ROC"),
    "metric_average_precision": ("Average precision", "Precisão média"),
    "metric_brier_score": ("Brier score", "Escore de Brier"),
    "metric_r2": ("R²", "R²"),
    "metric_mae": ("Mean absolute error", "Erro absoluto médio"),
    "metric_rmse": ("Root mean squared error", "Raiz do erro quadrático médio"),
    "metric_median_absolute_error": ("Median absolute error", "Erro absoluto mediano"),
    "metric_axis": ("value of the metric", "valor da métrica"),
    "metrics_figure": ("Metrics between 0 and 1 with their intervals", "Métricas entre 0 e 1 com seus intervalos"),
    "metrics_figure_desc": ("The model beside the baseline: {values}.", "O modelo ao lado da referência: {values}."),
    "the_model": ("Model", "Modelo"),
    "threshold": (
        "Predicting “{label}” from a probability of {probability} would give the best F1, {f1}. Predictions do not use "
        "it.",
        "Prever “{label}” a partir de uma probabilidade de {probability} daria o melhor F1, {f1}. As previsões não "
        "usam isso.",
    ),
    # ---------------------------------------------------------------- confusion
    "confusion": ("What it confuses", "O que ele confunde"),
    "confusion_title": ("Confusion matrix", "Matriz de confusão"),
    "confusion_text": (
        "Each line is a true label, each column a predicted one. A square has the number of rows and its share of the "
        "line; the darker, the larger the share. Right answers are on the diagonal.",
        "Cada linha é um rótulo verdadeiro, cada coluna um previsto. Um quadrado tem o número de linhas e sua parte "
        "na linha; quanto mais escuro, maior a parte. Os acertos estão na diagonal.",
    ),
    "confusion_part": (
        "The {shown} labels with the most errors; the other {others} are taken together.",
        "Os {shown} rótulos com mais erros; os outros {others} estão juntos.",
    ),
    "confusion_desc": (
        "{right} of {number} rows are right. {worst}",
        "{right} de {number} linhas estão certas. {worst}",
    ),
    "worst_label": (
        "The label with the lowest share of right answers is {label}, with {share}.",
        "O rótulo com a menor parte de acertos é {label}, com {share}.",
    ),
    "true_label": ("true label", "rótulo verdadeiro"),
    "predicted_label": ("predicted label", "rótulo previsto"),
    "others": ("others", "outros"),
    "most_confused": ("Most frequent confusions", "Confusões mais frequentes"),
    "no_confusion": (
        "All hold-out rows are predicted right.",
        "Todas as linhas separadas foram previstas corretamente.",
    ),
    "true": ("True", "Verdadeiro"),
    "predicted": ("Predicted", "Previsto"),
    "count_of_rows": ("Rows", "Linhas"),
    "share_of_true": ("Share of the true label", "Parte do rótulo verdadeiro"),
    "by_label": ("Every label", "Cada rótulo"),
    "label": ("Label", "Rótulo"),
    "recall": ("Recall", "Revocação"),
    "precision": ("Precision", "Precisão"),
    # ---------------------------------------------------------------- regression
    "errors_of_numbers": ("How far off it is", "O quanto ele erra"),
    "predicted_actual": ("Predicted against actual", "Previsto contra real"),
    "predicted_actual_desc": (
        "{number} hold-out rows. On the dashed line, the prediction equals the actual number.",
        "{number} linhas separadas. Na linha tracejada, a previsão é igual ao número real.",
    ),
    "actual_axis": ("actual {name}", "{name} real"),
    "predicted_axis": ("predicted {name}", "{name} previsto"),
    "residuals": ("Residuals: actual minus predicted", "Resíduos: real menos previsto"),
    "residuals_desc": ("Most rows are between {from_} and {to}.", "A maioria das linhas está entre {from_} e {to}."),
    "residual_axis": ("actual minus predicted {name}", "{name} real menos previsto"),
    # ---------------------------------------------------------------- curves
    "curves": ("Probabilities", "Probabilidades"),
    "curves_text": (
        "How well the probability of “{label}” tells its rows from the others, and how far you can rely on it.",
        "Quão bem a probabilidade de “{label}” separa suas linhas das outras, e o quanto se pode confiar nela.",
    ),
    "curves_text_many": (
        "For each label, how well its probability tells its rows from all others. The {shown} most frequent of "
        "{number} labels.",
        "Para cada rótulo, quão bem sua probabilidade separa suas linhas de todas as outras. Os {shown} rótulos mais "
        "frequentes de {number}.",
    ),
    "roc": ("ROC curve", "Curva ROC"),
    "roc_desc": (
        "Area under the curve: {area}. The dashed diagonal is a guess.",
        "Área sob a curva: {area}. A diagonal tracejada é um palpite.",
    ),
    "false_positive_rate": ("false positive rate", "taxa de falsos positivos"),
    "true_positive_rate": ("true positive rate", "taxa de verdadeiros positivos"),
    "precision_recall": ("Precision and recall", "Precisão e revocação"),
    "precision_recall_desc": (
        "Average precision: {area}. The dashed line is the share of rows with the label, {share}.",
        "Precisão média: {area}. A linha tracejada é a parte das linhas com o rótulo, {share}.",
    ),
    "recall_axis": ("recall", "revocação"),
    "precision_axis": ("precision", "precisão"),
    "calibration": ("Calibration", "Calibração"),
    "calibration_desc": (
        "Each point is a group of rows with similar probabilities. On the dashed diagonal, a probability comes true as "
        "often as it says.",
        "Cada ponto é um grupo de linhas com probabilidades parecidas. Na diagonal tracejada, uma probabilidade "
        "acontece com a frequência que diz.",
    ),
    "probability_axis": ("predicted probability", "probabilidade prevista"),
    "happened_axis": ("share of rows with the label", "parte das linhas com o rótulo"),
    "false_positive_rate_short": ("false positives", "falsos positivos"),
    "true_positive_rate_short": ("true positives", "verdadeiros positivos"),
    "recall_axis_short": ("recall", "revocação"),
    "precision_axis_short": ("precision", "precisão"),
    "probability_axis_short": ("probability", "probabilidade"),
    "happened_axis_short": ("share of rows", "parte das linhas"),
}
"""Texts by key."""
