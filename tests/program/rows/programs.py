"""Small programs as people write them in notebooks and scripts, and what the definitions find in each.

A leak stands beside the look-alike that is none; the verdicts were written down before any program was run. Three were
changed by decision: rows that are cut by statistics over all rows count (RULES §19); data judged on its own first rows are
training rows, no hold-out; and rows that are watched while a network trains and then give the figure are used twice.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.program.rows.running import HEAD, JUDGE, SPLIT


class Program(NamedTuple):
    """A program with what is found in it; cells are parted by a line that holds `#%%` alone."""

    name: str
    kinds: frozenset[str]
    source: str


def _of(name: str, kinds: str, source: str, head: str = HEAD) -> Program:
    return Program(name, frozenset(kinds.split(",")) - {""}, head + "#%%\n" + source)


PREP = "preprocessing"
BOTH = SPLIT + "#%%\n" + JUDGE

TABLES = [
    _of("columns scaled in place", PREP, "cols = ['a', 'b']\ndf[cols] = StandardScaler().fit_transform(df[cols])\nX = df.drop('y', axis=1)\n" + BOTH),
    _of("columns scaled in the training part", "", SPLIT + "cols = ['a', 'b']\ns = StandardScaler()\nX_tr[cols] = s.fit_transform(X_tr[cols])\nX_te[cols] = s.transform(X_te[cols])\n" + JUDGE),
    _of("columns scaled through loc", PREP, "X.loc[:, ['a', 'b']] = StandardScaler().fit_transform(X.loc[:, ['a', 'b']])\n" + BOTH),
    _of("a method handed to apply", PREP, "X[['a']] = X[['a']].apply(StandardScaler().fit_transform)\n" + BOTH),
    _of("a ColumnTransformer over all rows", PREP, "from sklearn.compose import ColumnTransformer\nfrom sklearn.preprocessing import OneHotEncoder\nt = ColumnTransformer([('n', StandardScaler(), ['a']), ('c', OneHotEncoder(), ['b'])])\nX = t.fit_transform(X)\n" + BOTH),
    _of("a ColumnTransformer in a pipeline", "", "from sklearn.compose import ColumnTransformer\nfrom sklearn.preprocessing import OneHotEncoder\nt = ColumnTransformer([('n', StandardScaler(), ['a']), ('c', OneHotEncoder(), ['b'])])\n" + SPLIT + "model = make_pipeline(t, LogisticRegression())\nmodel.fit(X_tr, y_tr)\nprint(model.score(X_te, y_te))\n"),
    _of("filled with the mean of the frame", PREP, "df = df.fillna(df.mean())\nX, y = df.drop('y', axis=1), df['y']\n" + BOTH),
    _of("filled with the mean of the training part", "", SPLIT + "X_te = X_te.fillna(X_tr.mean())\nX_tr = X_tr.fillna(X_tr.mean())\n" + JUDGE),
    _of("filled in place in a loop over columns", PREP, "for c in ['a', 'b']:\n    df[c].fillna(df[c].mode()[0], inplace=True)\nX = df[['a', 'b']]\n" + BOTH),
    _of("gaps filled by assignment to a mask", PREP, "df.loc[df.a.isnull(), 'a'] = df.a.median()\nX = df[['a', 'b']]\n" + BOTH),
    _of("gaps filled with a method", "", "df = df.fillna(method='ffill').dropna()\nX = df[['a', 'b']]\n" + BOTH),
    _of("replaced by a mean", PREP, "X['a'] = X['a'].replace(np.nan, X['a'].mean())\n" + BOTH),
    _of("replaced by zero", "", "X['a'] = X['a'].replace(np.nan, 0)\n" + BOTH),
    _of("where with a median", PREP, "X['a'] = np.where(X['a'].isnull(), X['a'].median(), X['a'])\n" + BOTH),
    _of("outliers cut by quartiles", PREP, "q1, q3 = df.a.quantile(.25), df.a.quantile(.75)\ndf = df[(df.a > q1 - 3 * (q3 - q1)) & (df.a < q3 + 3 * (q3 - q1))]\nX, y = df[['a']], df.y\n" + BOTH),
    _of("clipped at quantiles", PREP, "X['a'] = X['a'].clip(X['a'].quantile(.01), X['a'].quantile(.99))\n" + BOTH),
    _of("clipped at figures", "", "X['a'] = X['a'].clip(0, 100)\n" + BOTH),
    _of("dummies and labels", "", "from sklearn.preprocessing import LabelEncoder\nX = pd.get_dummies(X, drop_first=True)\ny = LabelEncoder().fit_transform(y)\n" + BOTH),
    _of("labels of every column", "", "from sklearn.preprocessing import LabelEncoder\nfor c in X.columns:\n    X[c] = LabelEncoder().fit_transform(X[c])\n" + BOTH),
    _of("the target scaled", "", "y = StandardScaler().fit_transform(y.values.reshape(-1, 1))\n" + BOTH),
    _of("the best columns chosen over all rows", PREP, "from sklearn.feature_selection import SelectKBest, chi2\nX_new = SelectKBest(chi2, k=5).fit_transform(X, y)\nX_tr, X_te, y_tr, y_te = train_test_split(X_new, y)\n" + JUDGE),
    _of("the best columns chosen in the training part", "", "from sklearn.feature_selection import SelectKBest, chi2\n" + SPLIT + "s = SelectKBest(chi2, k=5).fit(X_tr, y_tr)\nX_tr, X_te = s.transform(X_tr), s.transform(X_te)\n" + JUDGE),
    _of("columns looked at and typed by hand", "", "from sklearn.feature_selection import SelectKBest, chi2\nprint(SelectKBest(chi2, k=5).fit(X, y).scores_)\nX = df[['a', 'b']]\n" + BOTH),
    _of("components of all rows", PREP, "from sklearn.decomposition import PCA\npca = PCA(n_components=2)\ncomponents = pca.fit_transform(X)\nX = pd.DataFrame(data=components, columns=['one', 'two'])\n" + BOTH),
    _of("components drawn for a picture", "", "from sklearn.decomposition import PCA\nimport matplotlib.pyplot as plt\nshown = PCA(n_components=2).fit_transform(X)\nplt.scatter(shown[:, 0], shown[:, 1])\n" + BOTH),
    _of("a pipeline of transformers over all rows", PREP, "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import Pipeline\np = Pipeline([('i', SimpleImputer()), ('s', StandardScaler())])\nX = p.fit_transform(X)\n" + BOTH),
    _of("clusters as a feature", PREP, "from sklearn.cluster import KMeans\nX['c'] = KMeans(3).fit_predict(X[['a', 'b']])\n" + BOTH),
    _of("binned by quantiles", PREP, "X['a'] = pd.qcut(X['a'], 4, labels=False)\n" + BOTH),
    _of("binned at fixed edges", "", "X['a'] = pd.cut(X['a'], [0, 10, 20, 90], labels=False)\n" + BOTH),
    _of("scaled by hand in a function for each column", PREP, "def norm(c):\n    return (c - c.min()) / (c.max() - c.min())\nX = X.apply(norm)\n" + BOTH),
    _of("scaled by hand with numpy", PREP, "Z = X.values\nZ = (Z - np.mean(Z, axis=0)) / np.std(Z, axis=0)\nX_tr, X_te, y_tr, y_te = train_test_split(Z, y)\n" + JUDGE),
    _of("a frequency for each category", PREP, "X['a'] = X['a'].map(X['a'].value_counts(normalize=True))\n" + BOTH),
    _of("a mean of the target for each category", PREP, "means = df.groupby('k')['y'].mean()\nX['k'] = X['k'].map(means)\n" + BOTH),
    _of("a mean of the target of the training part", "", "tr, te = train_test_split(df)\nmeans = tr.groupby('k')['y'].mean()\ntr['k'], te['k'] = tr['k'].map(means), te['k'].map(means)\nmodel = LogisticRegression().fit(tr[['k']], tr.y)\nprint(model.score(te[['k']], te.y))\n"),
    _of("columns chosen by a trained forest", PREP, "from sklearn.feature_selection import SelectFromModel\nX = SelectFromModel(RandomForestClassifier()).fit_transform(X, y)\n" + BOTH),
    _of("the importances of a forest over all rows choose columns", PREP, "f = RandomForestClassifier().fit(X, y)\nkeep = X.columns[f.feature_importances_ > .1]\nX = X[keep]\n" + BOTH),
    _of("importances that are shown", "", "f = RandomForestClassifier().fit(X, y)\nprint(f.feature_importances_)\n" + BOTH),
    _of("an imputer by neighbours", PREP, "from sklearn.impute import KNNImputer\nX = pd.DataFrame(KNNImputer().fit_transform(X), columns=X.columns)\n" + BOTH),
    _of("a helper module's class with fit and transform", PREP, "class Prep:\n    def __init__(self):\n        self.s = StandardScaler()\n    def fit(self, d):\n        self.s.fit(d)\n        return self\n    def transform(self, d):\n        return self.s.transform(d)\nX = Prep().fit(X).transform(X)\n" + BOTH),
    _of("a helper class fitted on the training part", "", "class Prep:\n    def __init__(self):\n        self.s = StandardScaler()\n    def fit(self, d):\n        self.s.fit(d)\n        return self\n    def transform(self, d):\n        return self.s.transform(d)\n" + SPLIT + "p = Prep().fit(X_tr)\nX_tr, X_te = p.transform(X_tr), p.transform(X_te)\n" + JUDGE),
    _of("a transformer class of one's own", PREP, "from sklearn.base import BaseEstimator, TransformerMixin\nclass Fill(BaseEstimator, TransformerMixin):\n    def fit(self, X, y=None):\n        self.m = X.mean()\n        return self\n    def transform(self, X):\n        return X.fillna(self.m)\nX = Fill().fit_transform(X)\n" + BOTH),
    _of("a transformer class of one's own without memory", "", "from sklearn.base import BaseEstimator, TransformerMixin\nclass Fill(BaseEstimator, TransformerMixin):\n    def fit(self, X, y=None):\n        return self\n    def transform(self, X):\n        return X.fillna(0)\nX = Fill().fit_transform(X)\n" + BOTH),
    _of("an element mapped by its own length", "", "def share(t):\n    n = np.mean([len(w) for w in t])\n    return n / len(t)\nX['s'] = df['text'].map(share)\n" + BOTH),
]  # fmt: skip

EVALUATIONS = [
    _of("a search over everything, then a score of a part", "overlap", SPLIT + "g = GridSearchCV(LogisticRegression(), {'C': [1, 2]}, cv=5)\ng.fit(X, y)\nprint(g.score(X_te, y_te))\n"),
    _of("a search over the training part", "", SPLIT + "g = GridSearchCV(LogisticRegression(), {'C': [1, 2]}, cv=5)\ng.fit(X_tr, y_tr)\nprint(g.best_estimator_.score(X_te, y_te))\n"),
    _of("fitted anew on everything before the score", "overlap", SPLIT + "m = LogisticRegression()\nm.fit(X_tr, y_tr)\nm.fit(X, y)\nprint(accuracy_score(y_te, m.predict(X_te)))\n"),
    _of("cross-validated, then fitted and scored", "", SPLIT + "m = LogisticRegression()\nprint(cross_val_score(m, X_tr, y_tr).mean())\nm.fit(X_tr, y_tr)\nprint(m.score(X_te, y_te))\n"),
    _of("folds of the scaled training part", "", SPLIT + "Z = StandardScaler().fit_transform(X_tr)\nprint(cross_val_score(LogisticRegression(), Z, y_tr))\n"),
    _of("folds of the scaled test part", PREP, SPLIT + "Z = StandardScaler().fit_transform(X_te)\nprint(cross_val_score(LogisticRegression(), Z, y_te))\n"),
    _of("folds of what a function calls its training rows, scaled", "", "def judge(X_train, y_train):\n    Z = StandardScaler().fit_transform(X_train)\n    print(cross_val_score(LogisticRegression(), Z, y_train))\n"),
    _of("folds of whatever a function is given, scaled", PREP, "def judge(frame, labels):\n    Z = StandardScaler().fit_transform(frame)\n    print(cross_val_score(LogisticRegression(), Z, labels))\n"),
    _of("folds of the over-sampled training part", "", SPLIT + "from imblearn.over_sampling import SMOTE\nZ, w = SMOTE().fit_resample(X_tr, y_tr)\nprint(cross_val_score(LogisticRegression(), Z, w))\n"),
    _of("folds of the over-sampled test part", "resampled", SPLIT + "from imblearn.over_sampling import SMOTE\nZ, w = SMOTE().fit_resample(X_te, y_te)\nprint(cross_val_score(LogisticRegression(), Z, w))\n"),
    _of("two tables that a function is given, scaled by both", PREP, "def judge(train, test):\n    s = StandardScaler().fit(pd.concat([train, test])[['a']])\n    m = LogisticRegression().fit(s.transform(train[['a']]), train.y)\n    print(m.score(s.transform(test[['a']]), test.y))\n"),
    _of("two tables that a function is given, scaled by the one that judges", PREP, "def judge(train, test):\n    s = StandardScaler().fit(test[['a']])\n    m = LogisticRegression().fit(s.transform(train[['a']]), train.y)\n    print(m.score(s.transform(test[['a']]), test.y))\n"),
    _of("parts of one table that a function is given, which may share rows", "", "def judge(frame):\n    s = StandardScaler().fit(frame[['a']])\n    m = LogisticRegression().fit(s.transform(frame[frame.b > 1][['a']]), frame[frame.b > 1].y)\n    print(m.score(s.transform(frame[frame.b < 1][['a']]), frame[frame.b < 1].y))\n"),
    _of("parts of one file, which may share rows", PREP, "s = StandardScaler().fit(df[['a']])\nm = LogisticRegression().fit(s.transform(df[df.b > 1][['a']]), df[df.b > 1].y)\nprint(m.score(s.transform(df[df.b < 1][['a']]), df[df.b < 1].y))\n"),
    _of("a part of what was joined, judged by a part of one of both", "", "def judge(frame, more):\n    both = pd.concat([frame, more])\n    s = StandardScaler().fit(both[['a']])\n    m = LogisticRegression().fit(s.transform(both.head(5)[['a']]), both.head(5).y)\n    print(m.score(s.transform(frame.tail(5)[['a']]), frame.tail(5).y))\n"),
    _of("scaled, then cross-validated", PREP, "Z = StandardScaler().fit_transform(X)\nprint(cross_val_score(LogisticRegression(), Z, y).mean())\n"),
    _of("folds with a scaler of their own", "", "for a, b in KFold(5).split(X):\n    s = StandardScaler().fit(X.iloc[a])\n    m = LogisticRegression().fit(s.transform(X.iloc[a]), y.iloc[a])\n    print(m.score(s.transform(X.iloc[b]), y.iloc[b]))\n"),
    _of("folds after a fit outside", PREP, "X = pd.DataFrame(StandardScaler().fit_transform(X))\nscores = []\nfor a, b in KFold(5, shuffle=True).split(X, y):\n    X_a, X_b, y_a, y_b = X.iloc[a], X.iloc[b], y.iloc[a], y.iloc[b]\n    m = LogisticRegression()\n    m.fit(X_a, y_a)\n    scores.append(accuracy_score(y_b, m.predict(X_b)))\n"),
    _of("candidates in a loop", "reuse", SPLIT + "scores = []\nfor k in range(1, 30):\n    m = RandomForestClassifier(max_depth=k)\n    m.fit(X_tr, y_tr)\n    scores.append(m.score(X_te, y_te))\nprint(max(scores))\n"),
    _of("candidates in a loop, the last word on rows kept back", "", "X_a, X_te, y_a, y_te = train_test_split(X, y)\nX_tr, X_v, y_tr, y_v = train_test_split(X_a, y_a)\nfor k in range(1, 30):\n    m = RandomForestClassifier(max_depth=k).fit(X_tr, y_tr)\n    print(m.score(X_v, y_v))\nm = RandomForestClassifier(max_depth=3).fit(X_tr, y_tr)\nprint(m.score(X_te, y_te))\n"),
    _of("several models, one test part", "reuse", SPLIT + "a = LogisticRegression().fit(X_tr, y_tr)\nprint(accuracy_score(y_te, a.predict(X_te)))\n#%%\nb = RandomForestClassifier().fit(X_tr, y_tr)\nprint(accuracy_score(y_te, b.predict(X_te)))\n"),
    _of("a function that fits and judges, called for each model", "reuse", SPLIT + "def report(m):\n    m.fit(X_tr, y_tr)\n    p = m.predict(X_te)\n    print(accuracy_score(y_te, p))\nreport(LogisticRegression())\nreport(RandomForestClassifier())\n"),
    _of("several figures of one model", "", SPLIT + "from sklearn.metrics import f1_score, roc_auc_score\nm = LogisticRegression().fit(X_tr, y_tr)\np = m.predict(X_te)\nprint(accuracy_score(y_te, p), f1_score(y_te, p), roc_auc_score(y_te, m.predict_proba(X_te)[:, 1]))\n"),
    _of("the same split written in every cell", "reuse", "X_tr, X_te, y_tr, y_te = train_test_split(X, y, random_state=42)\na = LogisticRegression().fit(X_tr, y_tr)\nprint(a.score(X_te, y_te))\n#%%\nX_tr, X_te, y_tr, y_te = train_test_split(X, y, random_state=42)\nb = RandomForestClassifier().fit(X_tr, y_tr)\nprint(b.score(X_te, y_te))\n"),
    _of("two splits that know nothing of each other", "overlap", "A, B, a, b = train_test_split(X, y)\nC, D, c, d = train_test_split(X, y)\nm = LogisticRegression().fit(A, a)\nprint(m.score(D, d))\n"),
    _of("a split of what was over-sampled", "resampled", "from imblearn.over_sampling import SMOTE\nX_s, y_s = SMOTE().fit_resample(X, y)\nX_tr, X_te, y_tr, y_te = train_test_split(X_s, y_s)\n" + JUDGE),
    _of("over-sampled inside folds by a pipeline", "", "from imblearn.over_sampling import SMOTE\nfrom imblearn.pipeline import Pipeline\np = Pipeline([('s', SMOTE()), ('m', LogisticRegression())])\nprint(cross_val_score(p, X, y))\n"),
    _of("over-sampled, then cross-validated", "resampled", "from imblearn.over_sampling import SMOTE\nX_s, y_s = SMOTE().fit_resample(X, y)\nprint(cross_val_score(LogisticRegression(), X_s, y_s))\n"),
    _of("the rare class repeated before the split", "resampled", "from sklearn.utils import resample\nfew, many = df[df.y == 1], df[df.y == 0]\nmore = resample(few, replace=True, n_samples=len(many))\ndf = pd.concat([many, more])\nX, y = df.drop('y', axis=1), df.y\n" + BOTH),
    _of("the rare class repeated in the training part", "", "from sklearn.utils import resample\ntr, te = train_test_split(df)\nfew, many = tr[tr.y == 1], tr[tr.y == 0]\nmore = resample(few, replace=True, n_samples=len(many))\ntr = pd.concat([many, more])\nm = LogisticRegression().fit(tr[['a']], tr.y)\nprint(m.score(te[['a']], te.y))\n"),
    _of("a network that is stopped by its test part", "reuse", "from tensorflow.keras.callbacks import EarlyStopping\nfrom tensorflow.keras.models import Sequential\nfrom tensorflow.keras.layers import Dense\n" + SPLIT + "net = Sequential([Dense(1)])\nnet.compile('adam', 'mse')\nnet.fit(X_tr, y_tr, validation_data=(X_te, y_te), callbacks=[EarlyStopping()])\nprint(net.evaluate(X_te, y_te))\n"),
    _of("a network with rows for validation", "", "from tensorflow.keras.callbacks import EarlyStopping\nfrom tensorflow.keras.models import Sequential\nfrom tensorflow.keras.layers import Dense\n" + SPLIT + "net = Sequential([Dense(1)])\nnet.compile('adam', 'mse')\nnet.fit(X_tr, y_tr, validation_split=.2, callbacks=[EarlyStopping()])\nprint(net.evaluate(X_te, y_te))\n"),
    _of("scaled, then a share for validation", PREP, "from tensorflow.keras.models import Sequential\nZ = StandardScaler().fit_transform(X)\nnet = Sequential([])\nnet.fit(Z, y, validation_split=.2)\n"),
    _of("training rows only", "on training rows,unheld", "m = LogisticRegression()\nm.fit(X, y)\nprint(accuracy_score(y, m.predict(X)))\n"),
    _of("both figures", "on training rows", SPLIT + "m = LogisticRegression().fit(X_tr, y_tr)\nprint(accuracy_score(y_tr, m.predict(X_tr)), accuracy_score(y_te, m.predict(X_te)))\n"),
    _of("the last fit on everything for the answer", "", BOTH + "final = LogisticRegression().fit(X, y)\nout = final.predict(pd.read_csv('test.csv'))\n"),
    _of("a competition's test file", "", "test = pd.read_csv('test.csv')\nm = LogisticRegression().fit(X, y)\npd.DataFrame({'id': test.id, 'y': m.predict(test)}).to_csv('submission.csv')\n"),
    _of("the test file stacked under the training file before a mean is taken", "preprocessing", "test = pd.read_csv('test.csv')\nwhole = pd.concat([df, test])\nwhole['a'] = whole['a'].fillna(whole['a'].mean())\ntrain = whole[:len(df)]\nX_tr, X_te, y_tr, y_te = train_test_split(train[['a']], y)\n" + JUDGE),
    _of("two files, the second with labels", "", "test = pd.read_csv('test.csv')\ns = StandardScaler().fit(df[['a']])\nm = LogisticRegression().fit(s.transform(df[['a']]), df.y)\nprint(m.score(s.transform(test[['a']]), test.y))\n"),
    _of("the second file scaled by itself", PREP, "test = pd.read_csv('test.csv')\ns = StandardScaler()\nm = LogisticRegression().fit(s.fit_transform(df[['a']]), df.y)\nprint(m.score(s.fit_transform(test[['a']]), test.y))\n"),
    _of("the test part scaled by itself", PREP, SPLIT + "s = StandardScaler()\nX_tr = s.fit_transform(X_tr)\nX_te = s.fit_transform(X_te)\n" + JUDGE),
    _of("a cutoff in time", "", "df['d'] = pd.to_datetime(df['d'])\ndf = df.sort_values('d')\ntr, te = df[df.d < '2020-01-01'], df[df.d >= '2020-01-01']\nm = LogisticRegression().fit(tr[['a']], tr.y)\nprint(m.score(te[['a']], te.y))\n"),
    _of("scaled before a cutoff in time", PREP, "df['d'] = pd.to_datetime(df['d'])\ndf['a'] = StandardScaler().fit_transform(df[['a']])\ntr, te = df[df.d < '2020-01-01'], df[df.d >= '2020-01-01']\nm = LogisticRegression().fit(tr[['a']], tr.y)\nprint(m.score(te[['a']], te.y))\n"),
    _of("lags split at random", "time", "df['d'] = pd.to_datetime(df['d'])\ndf = df.sort_values('d')\ndf['lag'] = df['a'].shift(1)\nX, y = df[['lag']], df['a']\n" + BOTH),
    _of("lags split in order", "", "df['d'] = pd.to_datetime(df['d'])\ndf = df.sort_values('d')\ndf['lag'] = df['a'].shift(1)\nX, y = df[['lag']], df['a']\nX_tr, X_te, y_tr, y_te = train_test_split(X, y, shuffle=False)\n" + JUDGE),
    _of("a series in windows, scaled before they are cut", PREP, "from tensorflow.keras.models import Sequential\nfrom sklearn.preprocessing import MinMaxScaler\nscaled = MinMaxScaler().fit_transform(df[['close']].values)\nn = int(len(scaled) * .8)\ntrain, test = scaled[:n], scaled[n - 60:]\ndef windows(d):\n    a, b = [], []\n    for i in range(60, len(d)):\n        a.append(d[i - 60:i, 0])\n        b.append(d[i, 0])\n    return np.array(a), np.array(b)\nA, a = windows(train)\nB, b = windows(test)\nnet = Sequential([])\nnet.fit(A, a)\nprint(net.evaluate(B, b))\n"),
    _of("a series in windows, scaled by its first part", "", "from tensorflow.keras.models import Sequential\nfrom sklearn.preprocessing import MinMaxScaler\nvalues = df[['close']].values\nn = int(len(values) * .8)\ns = MinMaxScaler().fit(values[:n])\ntrain, test = s.transform(values[:n]), s.transform(values[n:])\ndef windows(d):\n    a, b = [], []\n    for i in range(60, len(d)):\n        a.append(d[i - 60:i, 0])\n        b.append(d[i, 0])\n    return np.array(a), np.array(b)\nA, a = windows(train)\nB, b = windows(test)\nnet = Sequential([])\nnet.fit(A, a)\nprint(net.evaluate(B, b))\n"),
    _of("rows copied one by one", PREP, "Z = StandardScaler().fit_transform(X)\nA, B = [], []\nfor n in range(len(Z)):\n    if n % 5 == 0:\n        B.append(Z[n])\n    else:\n        A.append(Z[n])\nm = LogisticRegression().fit(A, [0])\nprint(m.score(np.array(B), [0]))\n"),
    _of("a threshold chosen on the test part", "", SPLIT + "m = LogisticRegression().fit(X_tr, y_tr)\np = m.predict_proba(X_te)[:, 1]\nfor t in [.2, .3, .4]:\n    print(accuracy_score(y_te, p > t))\n"),
    _of("a stacked model", "", "from sklearn.ensemble import StackingClassifier\n" + SPLIT + "m = StackingClassifier([('a', LogisticRegression()), ('b', RandomForestClassifier())])\nm.fit(X_tr, y_tr)\nprint(m.score(X_te, y_te))\n"),
    _of("saved and read again", PREP, "df['a'] = StandardScaler().fit_transform(df[['a']])\ndf.to_csv('clean.csv', index=False)\n#%%\nd = pd.read_csv('clean.csv')\nX_tr, X_te, y_tr, y_te = train_test_split(d[['a']], d['y'])\n" + JUDGE),
    _of("parts saved and read again", "", "tr, te = train_test_split(df)\ntr.to_csv('train.csv')\nte.to_csv('test.csv')\n#%%\na, b = pd.read_csv('train.csv'), pd.read_csv('test.csv')\ns = StandardScaler().fit(a[['a']])\nm = LogisticRegression().fit(s.transform(a[['a']]), a.y)\nprint(m.score(s.transform(b[['a']]), b.y))\n"),
    _of("a splitting function of one's own", PREP, "def split(d, share):\n    d = d.sample(frac=1)\n    n = int(len(d) * share)\n    return d.iloc[:n], d.iloc[n:]\ndf['a'] = (df.a - df.a.mean()) / df.a.std()\ntr, te = split(df, .8)\nm = LogisticRegression().fit(tr[['a']], tr.y)\nprint(m.score(te[['a']], te.y))\n"),
    _of("a splitting function of one's own, scaled after", "", "def split(d, share):\n    d = d.sample(frac=1)\n    n = int(len(d) * share)\n    return d.iloc[:n], d.iloc[n:]\ntr, te = split(df, .8)\nm, s = tr.a.mean(), tr.a.std()\ntr['a'], te['a'] = (tr.a - m) / s, (te.a - m) / s\nmodel = LogisticRegression().fit(tr[['a']], tr.y)\nprint(model.score(te[['a']], te.y))\n"),
    _of("a random mask", PREP, "df['a'] = (df.a - df.a.mean()) / df.a.std()\nmask = np.random.rand(len(df)) < .8\ntr, te = df[mask], df[~mask]\nm = LogisticRegression().fit(tr[['a']], tr.y)\nprint(m.score(te[['a']], te.y))\n"),
    _of("a generator of batches", PREP, "from keras.models import Sequential\nZ = StandardScaler().fit_transform(X)\nA, B, a, b = train_test_split(Z, y)\ndef batches(d, t):\n    while True:\n        for n in range(0, len(d), 32):\n            yield d[n:n + 32], t[n:n + 32]\nnet = Sequential([])\nnet.fit_generator(batches(A, a), steps_per_epoch=9)\nprint(net.evaluate_generator(batches(B, b), steps=9))\n"),
    _of("a generator of batches, scaled after the split", "", "from keras.models import Sequential\nA, B, a, b = train_test_split(X, y)\ns = StandardScaler().fit(A)\nA, B = s.transform(A), s.transform(B)\ndef batches(d, t):\n    while True:\n        for n in range(0, len(d), 32):\n            yield d[n:n + 32], t[n:n + 32]\nnet = Sequential([])\nnet.fit_generator(batches(A, a), steps_per_epoch=9)\nprint(net.evaluate_generator(batches(B, b), steps=9))\n"),
    _of("elements sent to either side by a condition", "", "A, B = [], []\nfor row in df.values:\n    if row[0] > 3:\n        A.append(row)\n    else:\n        B.append(row)\nm = LogisticRegression().fit(np.array(A), [0])\nprint(m.score(np.array(B), [0]))\n"),
    _of("elements sent to either side by a comprehension", "", "A = [r for r in df.values if r[0] > 3]\nB = [r for r in df.values if r[0] <= 3]\nm = LogisticRegression().fit(np.array(A), [0])\nprint(m.score(np.array(B), [0]))\n"),
    _of("elements by their position", "", "rows = []\nfor n in range(len(df)):\n    rows.append([df.values[n], 0])\nA, B = [], []\nhalf = len(rows) // 2\nfor n in range(half):\n    A.append(rows[n][0])\nfor n in range(half):\n    B.append(rows[half + n][0])\nm = LogisticRegression().fit(np.array(A), [0])\nprint(m.score(np.array(B), [0]))\n"),
    _of("columns stacked on their side", "", "a, b = df[['a']].values, df[['b']].values\nX = np.vstack([a.T, b.T])\nX_tr, X_te, y_tr, y_te = train_test_split(X, [0, 1])\n" + JUDGE),
    _of("a sample of the whole, judged on a part set aside", "overlap", SPLIT + "some = df.sample(frac=.5)\nm = LogisticRegression().fit(some[['a']], some.y)\nprint(m.score(X_te, y_te))\n"),
    _of("the first rows of the training part, judged on all of it", "on training rows,unheld", "A, B, a, b = X[:800], X[800:], y[:800], y[800:]\nm = LogisticRegression().fit(A[:100], a[:100])\nprint(m.score(A, a))\n"),
    _of("positions that were not drawn", PREP, "Z = StandardScaler().fit_transform(X)\nn = np.arange(len(Z))\na = np.random.choice(n, 80, replace=False)\nb = np.setdiff1d(n, a)\nm = LogisticRegression().fit(Z[a], y[a])\nprint(m.score(Z[b], y[b]))\n"),
    _of("windows over earlier rows", "", "X['r'] = X.a.rolling(3).mean()\nX['e'] = X.groupby('k').a.shift(1).expanding().std()\nX['t'] = X.groupby('k').a.transform(lambda s: s.shift(1).rolling(7).mean())\n" + BOTH),
    _of("a cutoff counted back from the last day", "", "df['d'] = pd.to_datetime(df['d'])\ncut = df.d.max() - pd.Timedelta(days=28)\ntr, te = df[df.d < cut], df[df.d >= cut]\nm = LogisticRegression().fit(tr[['a']], tr.y)\nprint(m.score(te[['a']], te.y))\n"),
    _of("means along the last axis", "", "Z = X.values\nZ -= Z.mean(axis=-1)[:, np.newaxis]\nX_tr, X_te, y_tr, y_te = train_test_split(Z, y)\n" + JUDGE),
    _of("an answer to a few training rows that is looked at", "", "X_tr, X_te, y_tr, y_te = train_test_split(X, y)\nZ = StandardScaler().fit_transform(X_tr)\nm = LogisticRegression().fit(Z, y_tr)\nprint(m.predict(Z[:5]))\n"),
    _of("folds of a scaled training part, the last word on the test part", "", SPLIT + "s = StandardScaler().fit(X_tr)\nprint(cross_val_score(LogisticRegression(), s.transform(X_tr), y_tr))\nm = RandomForestClassifier().fit(s.transform(X_tr), y_tr)\nprint(m.score(s.transform(X_te), y_te))\n"),
    _of("folds of a scaled training file, the last word on another file", "", "test = pd.read_csv('test.csv')\ns = StandardScaler().fit(X)\nprint(cross_val_score(LogisticRegression(), s.transform(X), y))\nm = RandomForestClassifier().fit(s.transform(X), y)\nprint(m.score(s.transform(test.drop(columns=['y'])), test['y']))\n"),
    _of("the error of a batch while it is trained on", "", "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    pass\nnet, cost, start = Net(), nn.NLLLoss(), 0\nfor n in range(9):\n    end = start + 8\n    v, t = torch.tensor(X.values[start:end]), torch.tensor(y.values[start:end])\n    out = net(v)\n    loss = cost(out, t)\n    wrong = (out.argmax(1) != t).sum()\n    loss.backward()\n    start = end\n"),
    _of("an old splitter that is gone through itself", PREP, "from sklearn.cross_validation import KFold as Old\nZ = StandardScaler().fit_transform(X)\nkf = Old(len(y), n_folds=3, shuffle=True)\nfor a, b in kf:\n    m = LogisticRegression()\n    m.fit(Z[a], y[a])\n    print(accuracy_score(y[b], m.predict(Z[b])))\n"),
    _of("an old splitter over untouched rows", "", "from sklearn.cross_validation import KFold as Old\nfor n, (a, b) in enumerate(Old(len(y), n_folds=3)):\n    m = LogisticRegression().fit(X.values[a], y.values[a])\n    print(m.score(X.values[b], y.values[b]))\n"),
    _of("a median for each group by apply", PREP, "X['a'] = df.groupby('k')['a'].apply(lambda g: g.fillna(g.median()))\n" + BOTH),
    _of("sequences kept in a queue", PREP, "from collections import deque\ndf['a'] = StandardScaler().fit_transform(df[['a']])\nlast, made = deque(maxlen=9), []\nfor v, t in zip(df[['a']].values, df['y'].values):\n    last.append(v)\n    if len(last) == 9:\n        made.append([np.array(last), t])\nA, b = [], []\nfor v, t in made:\n    A.append(v)\n    b.append(t)\nX_tr, X_te, y_tr, y_te = train_test_split(np.array(A), np.array(b))\n" + JUDGE),
    _of("steps of a flow on one object", PREP, "from metaflow import FlowSpec, step\nclass Flow(FlowSpec):\n    @step\n    def start(self):\n        d = pd.read_csv('d.csv')\n        d['a'] = d.a.fillna(d.a.median())\n        self.A, self.B, self.a, self.b = train_test_split(d[['a']], d.y)\n        self.next(self.learn)\n    @step\n    def learn(self):\n        self.m = LogisticRegression().fit(self.A, self.a)\n        self.next(self.end)\n    @step\n    def end(self):\n        print(self.m.score(self.B, self.b))\nif __name__ == '__main__':\n    Flow()\n"),
    _of("candidates of a flow, judged by the test part", "reuse", "from metaflow import FlowSpec, step\nclass Flow(FlowSpec):\n    @step\n    def start(self):\n        self.A, self.B, self.a, self.b = train_test_split(X, y)\n        self.candidates = [LogisticRegression(C=c) for c in (.1, 1)]\n        self.next(self.train, foreach='candidates')\n    @step\n    def train(self):\n        self.model = self.input\n        self.model.fit(self.A, self.a)\n        self.score = self.model.score(self.B, self.b)\n        self.next(self.join)\n    @step\n    def join(self, inputs):\n        self.best = max(inputs, key=lambda i: i.score).model\n        self.next(self.end)\n"),
    _of("a flow whose class derives from one of the repository", "reuse", "from metaflow import FlowSpec, step\nclass Base(FlowSpec):\n    pass\nclass Flow(Base):\n    @step\n    def start(self):\n        self.A, self.B, self.a, self.b = train_test_split(X, y)\n        self.candidates = [LogisticRegression(C=c) for c in (.1, 1)]\n        self.next(self.train, foreach='candidates')\n    @step\n    def train(self):\n        self.model = self.input\n        self.model.fit(self.A, self.a)\n        self.score = self.model.score(self.B, self.b)\n        self.next(self.join)\n    @step\n    def join(self, inputs):\n        self.best = max(inputs, key=lambda i: i.score).model\n        self.next(self.end)\n"),
    _of("candidates of a flow, judged by folds", "", "from metaflow import FlowSpec, step\nclass Flow(FlowSpec):\n    @step\n    def start(self):\n        self.A, self.B, self.a, self.b = train_test_split(X, y)\n        self.candidates = [LogisticRegression(C=c) for c in (.1, 1)]\n        self.next(self.train, foreach='candidates')\n    @step\n    def train(self):\n        self.model = self.input\n        self.model.fit(self.A, self.a)\n        self.score = cross_val_score(self.input, self.A, self.a).mean()\n        self.next(self.join)\n    @step\n    def join(self, inputs):\n        self.best = max(inputs, key=lambda i: i.score).model\n        self.next(self.end)\n"),
    _of("a class of a library handed to a function", "reuse", SPLIT + "def judged(kind, **options):\n    m = kind(**options)\n    m.fit(X_tr, y_tr)\n    return accuracy_score(y_te, m.predict(X_te))\nprint(judged(LogisticRegression), judged(RandomForestClassifier, max_depth=3))\n"),
    _of("classes of a library in a table", "reuse", SPLIT + "for name, kind in {'a': LogisticRegression, 'b': RandomForestClassifier}.items():\n    m = kind()\n    m.fit(X_tr, y_tr)\n    print(name, accuracy_score(y_te, m.predict(X_te)))\n"),
    _of("a function of a library handed to apply", PREP, "from scipy import stats\nX[['a']] = X[['a']].apply(stats.zscore)\n" + BOTH),
    _of("a function of a library that looks at one value", "", "X[['a']] = X[['a']].apply(np.log1p)\n" + BOTH),
]  # fmt: skip

TEXT = [
    _of("counts of words over all rows", PREP, "from sklearn.feature_extraction.text import TfidfVectorizer\nX = TfidfVectorizer().fit_transform(df['text'])\n" + BOTH),
    _of("counts of words of the training part", "", "from sklearn.feature_extraction.text import TfidfVectorizer\nX_tr, X_te, y_tr, y_te = train_test_split(df['text'], y)\nv = TfidfVectorizer()\nX_tr, X_te = v.fit_transform(X_tr), v.transform(X_te)\n" + JUDGE),
    _of("counts of words that were cleaned one by one", PREP, "from sklearn.feature_extraction.text import CountVectorizer\ncorpus = []\nfor n in range(1000):\n    corpus.append(df['text'][n].lower())\nX = CountVectorizer(max_features=1500).fit_transform(corpus).toarray()\n" + BOTH),
    _of("hashed words", "", "from sklearn.feature_extraction.text import HashingVectorizer\nX = HashingVectorizer().fit_transform(df['text'])\n" + BOTH),
    _of("a tokeniser over all texts", PREP, "from tensorflow.keras.preprocessing.text import Tokenizer\nfrom tensorflow.keras.preprocessing.sequence import pad_sequences\nfrom tensorflow.keras.models import Sequential\nt = Tokenizer(num_words=500)\nt.fit_on_texts(df.text.values)\nX = pad_sequences(t.texts_to_sequences(df.text.values))\n" + SPLIT + "net = Sequential([])\nnet.fit(X_tr, y_tr)\nprint(net.evaluate(X_te, y_te))\n"),
    _of("a tokeniser over the training texts", "", "from tensorflow.keras.preprocessing.text import Tokenizer\nfrom tensorflow.keras.preprocessing.sequence import pad_sequences\nfrom tensorflow.keras.models import Sequential\nA, B, a, b = train_test_split(df.text, y)\nt = Tokenizer(num_words=500)\nt.fit_on_texts(A)\nA, B = pad_sequences(t.texts_to_sequences(A)), pad_sequences(t.texts_to_sequences(B))\nnet = Sequential([])\nnet.fit(A, a)\nprint(net.evaluate(B, b))\n"),
    _of("word vectors of all texts", PREP, "from gensim.models import Word2Vec\nwords = [t.split() for t in df.text]\nw = Word2Vec(words)\nX = np.array([np.mean([w.wv[i] for i in t], axis=0) for t in words])\n" + BOTH),
    _of("two steps of counting", PREP, "from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer\ncounts = CountVectorizer().fit_transform(df.text)\nX = TfidfTransformer().fit_transform(counts)\n" + BOTH),
]  # fmt: skip
