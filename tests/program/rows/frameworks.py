"""Small programs of the frameworks that hold rows in their own way: leaky, and the clean twin beside it."""

from __future__ import annotations

from tests.program.rows.programs import PREP, Program

POLARS = "import polars as pl\nfrom sklearn.linear_model import LogisticRegression\nfrom sklearn.model_selection import train_test_split\ndf = pl.read_csv('data.csv')\n"
SPARK = """\
from pyspark.sql import SparkSession
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.ml.feature import StandardScaler, StringIndexer, VectorAssembler
spark = SparkSession.builder.getOrCreate()
df = spark.read.csv('data.csv', header=True)
df = VectorAssembler(inputCols=['a', 'b'], outputCol='raw').transform(df)
"""
HF = """\
import numpy as np
from datasets import load_dataset, Dataset, concatenate_datasets
from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments
"""
TFDATA = "import numpy as np\nimport tensorflow as tf\nx, y = np.load('x.npy'), np.load('y.npy')\n"
TORCH = """\
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, Subset, SubsetRandomSampler, TensorDataset, random_split
x, y = np.load('x.npy'), np.load('y.npy')
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(2, 2)
    def forward(self, v):
        return self.l(v)
def learn(net, loader):
    opt, crit = torch.optim.SGD(net.parameters(), .1), nn.CrossEntropyLoss()
    for e in range(9):
        for v, t in loader:
            opt.zero_grad()
            loss = crit(net(v), t)
            loss.backward()
            opt.step()
def test(net, loader):
    right = 0
    with torch.no_grad():
        for v, t in loader:
            right += (net(v).argmax(1) == t).sum().item()
    print(right)
"""
LIGHTNING = """\
import numpy as np
import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader, TensorDataset, random_split
x, y = np.load('x.npy'), np.load('y.npy')
class Net(pl.LightningModule):
    def training_step(self, batch, n):
        return self(batch[0]).sum()
"""
IMAGES = """\
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing.image import ImageDataGenerator
import numpy as np
from sklearn.model_selection import train_test_split
x, y = np.load('x.npy'), np.load('y.npy')
net = Sequential([])
"""
SK = """\
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score, cross_validate, train_test_split
df = pd.read_csv('data.csv')
X, y = df.drop(columns=['y']), df['y']
"""
FIT = "A, B, a, b = train_test_split(X, y)\nm = LogisticRegression().fit(A, a)\nprint(m.score(B, b))\n"


def _of(name: str, kinds: str, head: str, source: str) -> Program:
    return Program(name, frozenset(kinds.split(",")) - {""}, head + "#%%\n" + source)


_POLARS_SPLIT = "n = int(df.height * .8)\ntrain, test = df[:n], df[n:]\nm = LogisticRegression().fit(train.select('a').to_numpy(), train['y'].to_numpy())\nprint(m.score(test.select('a').to_numpy(), test['y'].to_numpy()))\n"
_SPARK_FIT = "train, test = df.randomSplit([.8, .2], seed=1)\nmodel = LogisticRegression(featuresCol='f').fit(train)\nprint(BinaryClassificationEvaluator().evaluate(model.transform(test)))\n"
_HF_FIT = "model = AutoModelForSequenceClassification.from_pretrained('m')\ntrainer = Trainer(model=model, args=TrainingArguments('o'), train_dataset=parts['train'], eval_dataset=parts['test'])\ntrainer.train()\nprint(trainer.evaluate())\n"
_TF_FIT = "net = tf.keras.Sequential([])\nnet.fit(train.batch(8))\nprint(net.evaluate(test.batch(8)))\n"
_TORCH_FIT = "net = Net()\nlearn(net, DataLoader(train, batch_size=8))\ntest(net, DataLoader(rest))\n"
_PL_FIT = "net = Net()\ntrainer = pl.Trainer(max_epochs=3)\ntrainer.fit(net, DataLoader(train))\ntrainer.test(net, DataLoader(rest))\n"

FRAMEWORKS = [
    # polars
    _of("polars: an expression over the whole column", PREP, POLARS, "df = df.with_columns(((pl.col('a') - pl.col('a').mean()) / pl.col('a').std()).alias('a'))\n" + _POLARS_SPLIT),
    _of("polars: an expression row by row", "", POLARS, "df = df.with_columns((pl.col('a') / 10).log().alias('a'))\n" + _POLARS_SPLIT),
    _of("polars: filled with a mean", PREP, POLARS, "df = df.with_columns(pl.col('a').fill_null(pl.col('a').mean()))\ntrain, test = train_test_split(df)\nm = LogisticRegression().fit(train.select('a'), train['y'])\nprint(m.score(test.select('a'), test['y']))\n"),
    _of("polars: filled with a mean of the training part", "", POLARS, "train, test = train_test_split(df)\nmean = train['a'].mean()\ntrain, test = train.with_columns(pl.col('a').fill_null(mean)), test.with_columns(pl.col('a').fill_null(mean))\nm = LogisticRegression().fit(train.select('a'), train['y'])\nprint(m.score(test.select('a'), test['y']))\n"),
    _of("polars: filled by strategy", PREP, POLARS, "df = df.with_columns(pl.col('a').fill_null(strategy='mean'))\n" + _POLARS_SPLIT),
    _of("polars: filled forward", "", POLARS, "df = df.with_columns(pl.col('a').fill_null(strategy='forward'))\n" + _POLARS_SPLIT),
    _of("polars: a sample and what it leaves", "", POLARS, "df = df.with_row_index()\ntrain = df.sample(fraction=.8, seed=1)\ntest = df.join(train, on='index', how='anti')\nm = LogisticRegression().fit(train.select('a'), train['y'])\nprint(m.score(test.select('a'), test['y']))\n"),
    _of("polars: scaled, then a sample and what it leaves", PREP, POLARS, "df = df.with_columns((pl.col('a') / pl.col('a').max()).alias('a')).with_row_index()\ntrain = df.sample(fraction=.8, seed=1)\ntest = df.join(train, on='index', how='anti')\nm = LogisticRegression().fit(train.select('a'), train['y'])\nprint(m.score(test.select('a'), test['y']))\n"),
    _of("polars: trained on all of it, judged on both parts", "overlap,on training rows,unheld", POLARS, "test = df.sample(fraction=.2, seed=1)\ntrain = df.join(test, on='index', how='anti')\nm = LogisticRegression().fit(df.select('a'), df['y'])\nprint(m.score(train.select('a'), train['y']))\nprint(m.score(test.select('a'), test['y']))\n"),
    # Spark
    _of("Spark: a sample and what it leaves", "", SPARK, "train = df.sample(.8, seed=1)\ntest = df.subtract(train)\nmodel = LogisticRegression(featuresCol='raw').fit(train)\nprint(BinaryClassificationEvaluator().evaluate(model.transform(test)))\n"),
    _of("Spark: three parts, the second to choose by, the third for the last word", "", SPARK, "train, valid, test = df.randomSplit([.6, .2, .2], seed=1)\nbest = None\nfor c in [.1, 1.]:\n    model = LogisticRegression(featuresCol='raw', regParam=c).fit(train)\n    if best is None or BinaryClassificationEvaluator().evaluate(model.transform(valid)) > .8:\n        best = model\nprint(BinaryClassificationEvaluator().evaluate(best.transform(test)))\n"),
    _of("Spark: a scaler over all rows", PREP, SPARK, "df = StandardScaler(inputCol='raw', outputCol='f').fit(df).transform(df)\n" + _SPARK_FIT),
    _of("Spark: a scaler of the training part", "", SPARK, "train, test = df.randomSplit([.8, .2])\ns = StandardScaler(inputCol='raw', outputCol='f').fit(train)\nmodel = LogisticRegression(featuresCol='f').fit(s.transform(train))\nprint(BinaryClassificationEvaluator().evaluate(model.transform(s.transform(test))))\n"),
    _of("Spark: a pipeline over all rows", PREP, SPARK, "p = Pipeline(stages=[StringIndexer(inputCol='k', outputCol='i'), StandardScaler(inputCol='raw', outputCol='f')])\ndf = p.fit(df).transform(df)\n" + _SPARK_FIT),
    _of("Spark: a pipeline of the training part", "", SPARK, "train, test = df.randomSplit([.8, .2])\nmodel = Pipeline(stages=[StandardScaler(inputCol='raw', outputCol='f'), LogisticRegression(featuresCol='f')]).fit(train)\nprint(BinaryClassificationEvaluator().evaluate(model.transform(test)))\n"),
    _of("Spark: trained on everything", "overlap", SPARK, "train, test = df.randomSplit([.8, .2])\nmodel = LogisticRegression(featuresCol='raw').fit(df)\nprint(BinaryClassificationEvaluator().evaluate(model.transform(test)))\n"),
    # Hugging Face
    _of("datasets: parts of a split", "", HF, "parts = load_dataset('imdb', split='train').train_test_split(test_size=.2)\n" + _HF_FIT),
    _of("datasets: trained on both parts", "overlap", HF, "whole = load_dataset('imdb', split='train')\nparts = whole.train_test_split(test_size=.2)\nmodel = AutoModelForSequenceClassification.from_pretrained('m')\ntrainer = Trainer(model=model, train_dataset=whole, eval_dataset=parts['test'])\ntrainer.train()\nprint(trainer.evaluate())\n"),
    _of("datasets: scaled by all rows", PREP, HF, "import pandas as pd\nd = pd.read_csv('d.csv')\nd['a'] = (d.a - d.a.mean()) / d.a.std()\nparts = Dataset.from_pandas(d).train_test_split(test_size=.2)\n" + _HF_FIT),
    _of("datasets: the named parts of a data set", "", HF, "parts = load_dataset('imdb').map(lambda r: {'n': len(r['text'])})\n" + _HF_FIT),
    _of("datasets: slices of one part that overlap", "overlap", HF, "data = load_dataset('imdb')['train'].shuffle(seed=1)\nmodel = AutoModelForSequenceClassification.from_pretrained('m')\ntrainer = Trainer(model=model, train_dataset=data, eval_dataset=data.select(range(100)))\ntrainer.train()\nprint(trainer.evaluate())\n"),
    _of("datasets: slices of one part that do not", "", HF, "data = load_dataset('imdb')['train'].shuffle(seed=1)\nmodel = AutoModelForSequenceClassification.from_pretrained('m')\ntrainer = Trainer(model=model, train_dataset=data.select(range(100, 900)), eval_dataset=data.select(range(100)))\ntrainer.train()\nprint(trainer.evaluate())\n"),
    _of("Trainer: stopped early and judged by the same part", "reuse", HF, "from transformers import EarlyStoppingCallback\nparts = load_dataset('imdb', split='train').train_test_split(test_size=.2)\nmodel = AutoModelForSequenceClassification.from_pretrained('m')\ntrainer = Trainer(model=model, args=TrainingArguments('o', load_best_model_at_end=True), train_dataset=parts['train'], eval_dataset=parts['test'], callbacks=[EarlyStoppingCallback()])\ntrainer.train()\nprint(trainer.evaluate())\n"),
    _of("Trainer: stopped early by one part, judged by another", "", HF, "from transformers import EarlyStoppingCallback\nparts = load_dataset('imdb', split='train').train_test_split(test_size=.2)\ninner = parts['train'].train_test_split(test_size=.1)\nmodel = AutoModelForSequenceClassification.from_pretrained('m')\ntrainer = Trainer(model=model, args=TrainingArguments('o', load_best_model_at_end=True), train_dataset=inner['train'], eval_dataset=inner['test'], callbacks=[EarlyStoppingCallback()])\ntrainer.train()\nprint(trainer.evaluate(parts['test']))\n"),
    _of("datasets: positions nobody knows", "", HF, "data = load_dataset('imdb')['train']\nsome = np.concatenate([np.random.choice(len(data), 9) for _ in range(3)])\nmodel = AutoModelForSequenceClassification.from_pretrained('m')\ntrainer = Trainer(model=model, train_dataset=data.select(some), eval_dataset=data.select(np.setdiff1d(np.arange(len(data)), some)))\ntrainer.train()\nprint(trainer.evaluate())\n"),
    _of("datasets: folders that options name", "", HF, "from datasets import load_from_disk\ntrain, rest = load_from_disk(args.train), load_from_disk(args.test)\nmodel = AutoModelForSequenceClassification.from_pretrained('m')\ntrainer = Trainer(model=model, train_dataset=train, eval_dataset=rest)\ntrainer.train()\nprint(trainer.evaluate())\n"),
    _of("Lightning: a module of data that is not known", "", LIGHTNING, "from elsewhere import Data\ndata = Data()\ntrainer = pl.Trainer()\nnet = Net()\ntrainer.fit(net, datamodule=data)\ntrainer.test(net, datamodule=data)\n"),
    _of("Lightning: a module of data", PREP, LIGHTNING, "class Data(pl.LightningDataModule):\n    def setup(self, stage=None):\n        z = (x - x.mean(0)) / x.std(0)\n        self.a, self.b = random_split(TensorDataset(torch.tensor(z), torch.tensor(y)), [80, 20])\n    def train_dataloader(self):\n        return DataLoader(self.a)\n    def test_dataloader(self):\n        return DataLoader(self.b)\ndata = Data()\ntrainer = pl.Trainer()\nnet = Net()\ntrainer.fit(net, datamodule=data)\ntrainer.test(net, datamodule=data)\n"),
    _of("Spark: other columns of a table of predictions", "", SPARK, "train, test = df.randomSplit([.8, .2])\nfrom pyspark.ml.recommendation import ALS\nmodel = ALS(userCol='u').fit(train)\nout = model.transform(train.select('u').distinct())\nseen = out.join(train, (out['u'] == train['u']))\nprint(BinaryClassificationEvaluator().evaluate(model.transform(test)))\n"),
    _of("datasets: lists in a batch put one after the other", "", HF, "def grouped(rows):\n    whole = {k: sum(rows[k], []) for k in rows.keys()}\n    return whole\nparts = load_dataset('imdb').map(grouped, batched=True)\n" + _HF_FIT),
    # tf.data
    _of("tf.data: take and skip after a scaler", PREP, TFDATA, "x = (x - x.mean(axis=0)) / x.std(axis=0)\ndata = tf.data.Dataset.from_tensor_slices((x, y))\ntrain, test = data.take(800), data.skip(800)\n" + _TF_FIT),
    _of("tf.data: take and skip", "", TFDATA, "data = tf.data.Dataset.from_tensor_slices((x / 255., y))\ntrain, test = data.take(800), data.skip(800)\n" + _TF_FIT),
    _of("tf.data: a layer adapted to everything", PREP, TFDATA, "norm = tf.keras.layers.Normalization()\nnorm.adapt(x)\ndata = tf.data.Dataset.from_tensor_slices((norm(x), y))\ntrain, test = data.take(800), data.skip(800)\n" + _TF_FIT),
    _of("tf.data: a layer adapted to the training part", "", TFDATA, "data = tf.data.Dataset.from_tensor_slices((x, y))\ntrain, test = data.take(800), data.skip(800)\nnorm = tf.keras.layers.Normalization()\nnorm.adapt(train.map(lambda a, b: a))\ntrain, test = train.map(lambda a, b: (norm(a), b)), test.map(lambda a, b: (norm(a), b))\n" + _TF_FIT),
    _of("tf.data: taken twice", "on training rows,unheld", TFDATA, "data = tf.data.Dataset.from_tensor_slices((x, y))\ntrain, test = data, data.take(100)\n" + _TF_FIT),
    _of("tf.data: a share for validation from files", "", TFDATA, "train = tf.keras.utils.image_dataset_from_directory('d', validation_split=.2, subset='training', seed=1)\ntest = tf.keras.utils.image_dataset_from_directory('d', validation_split=.2, subset='validation', seed=1)\nnet = tf.keras.Sequential([])\nnet.fit(train, validation_data=test, epochs=3)\n"),
    # torch
    _of("torch: parts of a random split", "", TORCH, "train, rest = random_split(TensorDataset(torch.tensor(x), torch.tensor(y)), [80, 20])\n" + _TORCH_FIT),
    _of("torch: scaled, then split", PREP, TORCH, "x = (x - x.mean(0)) / x.std(0)\ntrain, rest = random_split(TensorDataset(torch.tensor(x), torch.tensor(y)), [80, 20])\n" + _TORCH_FIT),
    _of("torch: subsets by position", PREP, TORCH, "x = (x - x.mean(0)) / x.std(0)\ndata = TensorDataset(torch.tensor(x), torch.tensor(y))\norder = np.random.permutation(len(data))\ntrain, rest = Subset(data, order[:80]), Subset(data, order[80:])\n" + _TORCH_FIT),
    _of("torch: samplers", PREP, TORCH, "x = (x - x.mean(0)) / x.std(0)\ndata = TensorDataset(torch.tensor(x), torch.tensor(y))\norder = list(range(len(data)))\nnp.random.shuffle(order)\nnet = Net()\nlearn(net, DataLoader(data, sampler=SubsetRandomSampler(order[:80])))\ntest(net, DataLoader(data, sampler=SubsetRandomSampler(order[80:])))\n"),
    _of("torch: samplers over untouched rows", "", TORCH, "data = TensorDataset(torch.tensor(x), torch.tensor(y))\norder = list(range(len(data)))\nnp.random.shuffle(order)\nnet = Net()\nlearn(net, DataLoader(data, sampler=SubsetRandomSampler(order[:80])))\ntest(net, DataLoader(data, sampler=SubsetRandomSampler(order[80:])))\n"),
    _of("torch: judged on what it was trained on as if held out", "overlap", TORCH, "data = TensorDataset(torch.tensor(x), torch.tensor(y))\ntrain, rest = random_split(data, [80, 20])\nnet = Net()\nlearn(net, DataLoader(data))\ntest(net, DataLoader(rest))\n"),
    _of("torch: a data set class over scaled rows", PREP, TORCH, "class Rows(Dataset):\n    def __init__(self, a, b):\n        self.a, self.b = (a - a.mean()) / a.std(), b\n    def __len__(self):\n        return len(self.a)\n    def __getitem__(self, n):\n        return self.a[n], self.b[n]\ntrain, rest = random_split(Rows(x, y), [80, 20])\n" + _TORCH_FIT),
    _of("torch: a data set class over each part", "", TORCH, "class Rows(Dataset):\n    def __init__(self, a, b):\n        self.a, self.b = a, b\n    def __len__(self):\n        return len(self.a)\n    def __getitem__(self, n):\n        return self.a[n], self.b[n]\nm = x[:80].mean(0)\ntrain, rest = Rows(x[:80] - m, y[:80]), Rows(x[80:] - m, y[80:])\n" + _TORCH_FIT),
    # Lightning
    _of("Lightning: parts of a random split", "", LIGHTNING, "train, rest = random_split(TensorDataset(torch.tensor(x), torch.tensor(y)), [80, 20])\n" + _PL_FIT),
    _of("Lightning: scaled, then split", PREP, LIGHTNING, "x = (x - x.mean(0)) / x.std(0)\ntrain, rest = random_split(TensorDataset(torch.tensor(x), torch.tensor(y)), [80, 20])\n" + _PL_FIT),
    _of("Lightning: tested on a part of the training rows", "overlap", LIGHTNING, "train = TensorDataset(torch.tensor(x), torch.tensor(y))\nrest = random_split(train, [80, 20])[1]\n" + _PL_FIT),
    # Keras generators
    _of("images: flows of two parts", "", IMAGES, "A, B, a, b = train_test_split(x / 255., y)\ng = ImageDataGenerator(rotation_range=9)\nnet.fit(g.flow(A, a))\nprint(net.evaluate(B, b))\n"),
    _of("images: centred by all rows", PREP, IMAGES, "x = x - x.mean(axis=0)\nA, B, a, b = train_test_split(x, y)\ng = ImageDataGenerator(rotation_range=9)\nnet.fit(g.flow(A, a))\nprint(net.evaluate(B, b))\n"),
    _of("images: folders for each part, the second watched and judged", "reuse", IMAGES, "g = ImageDataGenerator(rescale=1 / 255.)\ntrain, test = g.flow_from_directory('train'), g.flow_from_directory('test')\nnet.fit_generator(train, validation_data=test)\nprint(net.evaluate(test))\n"),
    _of("images: a share of one folder for validation", "", IMAGES, "g = ImageDataGenerator(rescale=1 / 255., validation_split=.2)\ntrain = g.flow_from_directory('d', subset='training')\nvalid = g.flow_from_directory('d', subset='validation')\nnet.fit(train, validation_data=valid)\n"),
    # encoders and cross-validation
    _of("category_encoders: targets of all rows", PREP, SK, "import category_encoders as ce\nX = ce.TargetEncoder(cols=['k']).fit_transform(X, y)\n" + FIT),
    _of("category_encoders: targets of the training part", "", SK, "import category_encoders as ce\nA, B, a, b = train_test_split(X, y)\ne = ce.TargetEncoder(cols=['k'])\nA, B = e.fit_transform(A, a), e.transform(B)\nm = LogisticRegression().fit(A, a)\nprint(m.score(B, b))\n"),
    _of("cross_validate: an encoder outside", PREP, SK, "import category_encoders as ce\nX = ce.LeaveOneOutEncoder(cols=['k']).fit_transform(X, y)\nprint(cross_validate(LogisticRegression(), X, y))\n"),
    _of("cross_validate: an encoder inside", "", SK, "import category_encoders as ce\nfrom sklearn.pipeline import make_pipeline\nprint(cross_validate(make_pipeline(ce.LeaveOneOutEncoder(cols=['k']), LogisticRegression()), X, y))\n"),
    _of("cross_val_score of a fitted model judges its kind anew", "", SK, "m = LogisticRegression().fit(X, y)\nprint(cross_val_score(m, X, y))\n"),
    _of("dask: parts of a scaled frame", PREP, "import dask.dataframe as dd\nfrom dask_ml.linear_model import LogisticRegression\nfrom dask_ml.model_selection import train_test_split\nfrom dask_ml.preprocessing import StandardScaler\ndf = dd.read_csv('d.csv')\nX, y = df[['a']], df['y']\n", "X = StandardScaler().fit_transform(X)\n" + FIT),
    _of("a formula with spline and scale over all rows", PREP, SK, "import patsy\nX = patsy.dmatrix('standardize(a) + b', df)\n" + FIT),
    _of("a formula of categories", "", SK, "import patsy\nX = patsy.dmatrix('C(a) + b', df)\n" + FIT),
]  # fmt: skip
