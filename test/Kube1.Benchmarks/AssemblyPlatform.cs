using System.Runtime.Versioning;

// Containers and /proc: the cluster benchmark is for Linux, and the others are run with it.
[assembly: SupportedOSPlatform("linux")]
