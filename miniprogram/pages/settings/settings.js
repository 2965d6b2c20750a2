import { fetchToken } from '../../lib/engine';
import { CHECKS, findProblem, loadSettings, saveSettings } from '../../lib/settings';
import { sentence, texts, toast } from '../../lib/texts';

const GROUPS = [
  { name: 'server', fields: ['appID', 'server'] },
  { name: 'user', fields: ['userID', 'userName', 'token', 'tokenServer'] },
  { name: 'mrtc', fields: ['bizName', 'subBiz', 'serverUrl', 'mrtcUserID', 'signature'] },
];

Page({
  data: { t: {}, groups: [], values: {}, problems: {}, isAsking: false },

  onShow() {
    this.refresh();
  },

  refresh() {
    const t = texts();
    const values = loadSettings();
    const problems = {};
    for (const { fields } of GROUPS) for (const field of fields) problems[field] = problemOf(field, values[field]);
    const groups = GROUPS.map((group) => Object.assign({ title: t[group.name] }, group));
    this.setData({ t, groups, values, problems });
    my.setNavigationBar({ title: t.settings });
  },

  /** A value is stored when it is right; until then the one before stays in force. */
  onInput(event) {
    const { field } = event.currentTarget.dataset;
    const value = event.detail.value.trim();
    const problem = problemOf(field, value);
    this.setData({ [`values.${field}`]: event.detail.value, [`problems.${field}`]: problem });
    if (!problem) saveSettings({ [field]: value });
  },

  onToken() {
    if (this.data.isAsking) return;
    const settings = loadSettings();
    const { values } = this.data;
    for (const field of ['tokenServer', 'userID']) settings[field] = values[field].trim();
    const obstacle =
      findProblem(settings, ['userID', 'tokenServer']) ||
      (settings.tokenServer ? undefined : { field: 'tokenServer', problem: 'empty' });
    if (obstacle) {
      toast(sentence(obstacle));
      return;
    }
    this.setData({ isAsking: true });
    fetchToken(settings).then(
      (token) => {
        saveSettings({ token });
        this.setData({ isAsking: false, 'values.token': token, 'problems.token': problemOf('token', token) });
        toast(texts().gotToken);
      },
      () => {
        this.setData({ isAsking: false });
        toast(texts().tokenServerUnreachable);
      },
    );
  },

  onLanguage() {
    saveSettings({ language: loadSettings().language === 'en' ? 'zh' : 'en' });
    this.refresh();
  },
});

function problemOf(field, value) {
  const problem = CHECKS[field](value);
  return problem ? sentence({ field, problem }) : '';
}
