from .artifacts import Collected as Collected
from .artifacts import Deployed as Deployed
from .artifacts import Evaluated as Evaluated
from .artifacts import Preprocessed as Preprocessed
from .artifacts import Trained as Trained
from .codecs.rows import Rows as Rows
from .codecs.schema import Schema as Schema
from .collect.collect import Collect as Collect
from .core.artifact import Artifact as Artifact
from .core.context import Context as Context
from .core.estimate import Estimate as Estimate
from .core.finding import Finding as Finding
from .core.session import Session as Session
from .core.stage import Stage as Stage
from .deploy.deploy import Deploy as Deploy
from .evaluate.evaluate import Evaluate as Evaluate
from .partition import Partition as Partition
from .pipeline import Pipeline as Pipeline
from .preprocess.preprocess import Preprocess as Preprocess
from .preprocess.split import Split as Split
from .result import Result as Result
from .serve.predictor import Predictor as Predictor
from .serve.predictor import load as load
from .train.train import Train as Train

__version__: str
