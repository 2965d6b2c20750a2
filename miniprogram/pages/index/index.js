import { loadSettings, saveSettings } from '../../lib/settings';
import { texts } from '../../lib/texts';

const PAGES = ['call', 'manual', 'message', 'settings'];

Page({
  data: { t: {}, items: [], userID: '', server: '' },

  onShow() {
    this.refresh();
  },

  refresh() {
    const t = texts();
    const { userID, server } = loadSettings();
    const items = PAGES.map((name) => ({ name, title: t[name], hint: t[`${name}Hint`] }));
    this.setData({ t, items, userID, server });
    my.setNavigationBar({ title: t.title });
  },

  onOpen(event) {
    const { name } = event.currentTarget.dataset;
    my.navigateTo({ url: `/pages/${name}/${name}` });
  },

  onLanguage() {
    saveSettings({ language: loadSettings().language === 'en' ? 'zh' : 'en' });
    this.refresh();
  },
});
