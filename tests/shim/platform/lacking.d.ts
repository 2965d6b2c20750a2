// What the platform documents and its official declarations (@mini-types/alipay 3.0.14) lack.

declare namespace my {
  /** Handle of the `<rtc-room>` with this id. */
  function createRtcRoomContext(id: string): any;
  /** iOS runs `MYWebAssembly` only in the experimental Worker. */
  function createWorker(scriptPath: string, options: { useExperimentalWorker: boolean }): any;
}
