namespace Kube1.Api.Patches;

/// <summary>A test of a JSON patch failed (RFC 6902, 4.6): the patch is not to be applied.</summary>
public sealed class PatchTestException(string message) : FormatException(message);
