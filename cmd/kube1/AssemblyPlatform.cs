using System.Runtime.Versioning;

// The node's parts are Linux's for now: the Windows node joins them with runtimes/Windows.
[assembly: SupportedOSPlatform("linux")]
