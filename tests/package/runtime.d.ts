/** What Alipay's runtime adds to the language. */
declare const my: any;
declare const MYWebAssembly: any;
/** In a Worker: the channel to the page. */
declare const worker: any;
