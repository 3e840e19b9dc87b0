"""The texts of reports by key: in English, and in Brazilian Portuguese."""

from collections.abc import Mapping
from typing import Final

from mini_ml.report.texts_of_comparisons import COMPARISON_TEXTS
from mini_ml.report.texts_of_data import DATA_TEXTS
from mini_ml.report.texts_of_explanations import EXPLANATION_TEXTS
from mini_ml.report.texts_of_results import RESULT_TEXTS

PAGE_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "report_title": ("{model}, version {version}: model report", "{model}, versão {version}: relatório do modelo"),
    "heading": ("{model}, version {version}", "{model}, versão {version}"),
    "kicker": ("Model report", "Relatório do modelo"),
    "contents": ("Contents", "Conteúdo"),
    "skip": ("Skip to the report", "Ir para o relatório"),
    "figure_alone": ("Figure: {name}", "Figura: {name}"),
    "scrolls": ("{name}: scrolls sideways", "{name}: rola para o lado"),
    "rows_cut": ("{number} further rows are not listed here.", "Mais {number} linhas não aparecem aqui."),
    "rows_cut_one": ("1 further row is not listed here.", "Mais 1 linha não aparece aqui."),
    "items_cut": ("{number} further entries are not listed here.", "Mais {number} itens não aparecem aqui."),
    "items_cut_one": ("1 further entry is not listed here.", "Mais 1 item não aparece aqui."),
    "code_cut": ("{title}: too long for this page.", "{title}: longo demais para esta página."),
    # ---------------------------------------------------------------- at the top
    "predicts_classes": (
        "Predicts the label of “{target}” out of {number} classes.",
        "Prevê o rótulo de “{target}” entre {number} classes.",
    ),
    "predicts_number": ("Predicts the number “{target}”.", "Prevê o número “{target}”."),
    "created": ("Published on {moment} UTC.", "Publicado em {moment} UTC."),
    "superseded": (
        "A newer upload was published before this version, so `latest` skips it.",
        "Um envio mais novo foi publicado antes desta versão, por isso `latest` a ignora.",
    ),
    "values_hidden": (
        "Values from the data are not shown, because your credential lacks the scope `train`. Counts are.",
        "Os valores dos dados não aparecem, porque a sua credencial não tem o escopo `train`. As contagens aparecem.",
    ),
    "no_profile": (
        "This version was trained by a release without reports, so this page has what its manifest knows. Train the "
        "model again to get all figures.",
        "Esta versão foi treinada por um lançamento sem relatórios, por isso esta página traz o que o manifesto sabe. "
        "Treine o modelo de novo para ter todas as figuras.",
    ),
    # ---------------------------------------------------------------- what was asked
    "asked": ("What was asked", "O que foi pedido"),
    "option": ("Option", "Opção"),
    "value": ("Value", "Valor"),
    "is_default": ("the default", "o padrão"),
    "target_column": ("Column to predict", "Coluna a prever"),
    "last_column": ("the last column: {name}", "a última coluna: {name}"),
    "model_type": ("Model type", "Tipo de modelo"),
    "model_params": ("Parameters", "Parâmetros"),
    "columns_to_drop": ("Columns to leave out", "Colunas a deixar de fora"),
    "bad_rows": ("Rows that cannot be read", "Linhas que não podem ser lidas"),
    "bad_rows_skip": ("left out while they are few", "deixadas de fora enquanto são poucas"),
    "bad_rows_refuse": ("refuse the file", "recusar o arquivo"),
    "effort": ("Effort of auto", "Esforço de auto"),
    "refit": ("Fit again on all rows", "Treinar de novo com todas as linhas"),
    "time_column": ("Column that orders the rows", "Coluna que ordena as linhas"),
    "group_column": ("Column that groups the rows", "Coluna que agrupa as linhas"),
    "yes": ("yes", "sim"),
    "no": ("no", "não"),
    "none": ("none", "nenhum"),
    # ---------------------------------------------------------------- how to reproduce and call
    "reproduce": ("How to reproduce", "Como reproduzir"),
    "reproduce_text": (
        "The same file, options and seed give the same model with the same versions of the libraries. Check that you "
        "have the same file by its SHA-256.",
        "O mesmo arquivo, as mesmas opções e a mesma semente dão o mesmo modelo com as mesmas versões das "
        "bibliotecas. Confira pelo SHA-256 que o arquivo é o mesmo.",
    ),
    "source": ("File", "Arquivo"),
    "source_version": ("Object version", "Versão do objeto"),
    "sha256": ("SHA-256 of the file", "SHA-256 do arquivo"),
    "seed": ("Seed", "Semente"),
    "libraries": ("Libraries", "Bibliotecas"),
    "job": ("Job", "Tarefa"),
    "artifact": ("Model file", "Arquivo do modelo"),
    "artifact_size": ("{size}, SHA-256 {sha256}", "{size}, SHA-256 {sha256}"),
    "train_again": ("Command line: train it again", "Linha de comando: treinar de novo"),
    "call": ("How to call", "Como chamar"),
    "call_text": (
        "Set `MINI_ML_URL` to the address of the platform and, if authentication is on, `MINI_ML_API_KEY` to your API "
        "key. Without authentication, leave out the header. The row is made up from what the model was trained on.",
        "Defina `MINI_ML_URL` com o endereço da plataforma e, se a autenticação estiver ligada, `MINI_ML_API_KEY` com "
        "a sua chave. Sem autenticação, deixe o cabeçalho de fora. A linha é inventada a partir dos dados de "
        "treinamento.",
    ),
    "call_curl": ("curl: one row, answered at once", "curl: uma linha, com resposta imediata"),
    "call_aws": ("aws: a file, scored on arrival", "aws: um arquivo, previsto ao chegar"),
    "call_cli": ("Command line: a file", "Linha de comando: um arquivo"),
    "call_python": ("Python", "Python"),
    "footer": (
        "Made by Mini-ML-Platform from the manifest of this version and the figures stored with it.",
        "Feito pela Mini-ML-Platform a partir do manifesto desta versão e das figuras guardadas com ela.",
    ),
}

TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    **PAGE_TEXTS,
    **DATA_TEXTS,
    **RESULT_TEXTS,
    **EXPLANATION_TEXTS,
    **COMPARISON_TEXTS,
}
