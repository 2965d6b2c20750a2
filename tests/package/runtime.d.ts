/** What Alipay's runtime adds to the language. */
declare const my: any;
declare const MYWebAssembly: any;
