using Kube1.Api.Errors;

namespace Kube1.Controllers;

/// <summary>
/// Creating in a namespace that is being deleted is refused, and will be until the namespace is gone: trying again or
/// telling the user is of no use.
/// </summary>
internal static class NamespaceTermination
{
    public static bool IsCauseOf(ApiException e) =>
        e.Status.Details?.Causes?.Exists(c => c.Reason == "NamespaceTerminating") == true;
}
