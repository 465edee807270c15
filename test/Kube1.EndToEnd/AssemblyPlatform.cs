using System.Runtime.Versioning;

// Containers, namespaces and nftables: these tests are for Linux.
[assembly: SupportedOSPlatform("linux")]
