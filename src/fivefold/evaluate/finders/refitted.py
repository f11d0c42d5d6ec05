"""What folds of a private training tell of rows beside the weights."""

from fivefold.core.finding import Finding, finding
from fivefold.evaluate.evidence import Evidence
from fivefold.models.accountant import epsilon_of


def private_folds(evidence: Evidence) -> list[Finding]:
    """Networks of folds are trained on the same rows again, and their scores tell of them."""
    spent = None if evidence.trained is None else evidence.trained.settings.privacy
    if not spent or not evidence.folds:
        return []
    one = (spent["noise_multiplier"], spent["sample_rate"], spent["steps"])
    epsilon = epsilon_of([one] * evidence.folds, spent["delta"], spent["accountant"])
    sentence = (
        f"{evidence.folds} folds trained the private network again, on all other rows in turn: who "
        "is given their networks beside the deployed one is told of a row with epsilon "
        f"{epsilon:.3g}, in place of the {spent['epsilon']:.3g} of that one alone. Scores are "
        "means over rows without noise."
    )
    return [finding("privacy_of_folds", sentence, folds=evidence.folds, epsilon=epsilon)]
