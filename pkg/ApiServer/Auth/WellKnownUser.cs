using Kube1.Api.Validation;

namespace Kube1.ApiServer.Auth;

/// <summary>User names that mean a node or a ServiceAccount.</summary>
internal static class WellKnownUser
{
    private const string NodePrefix = "system:node:";
    private const string ServiceAccountPrefix = "system:serviceaccount:";

    /// <summary>The node that a name means; null when it means none that can exist.</summary>
    public static string? NodeOf(string user) =>
        user.StartsWith(NodePrefix, StringComparison.Ordinal)
        && NameRules.IsDns1123Subdomain(user[NodePrefix.Length..]).Count == 0
            ? user[NodePrefix.Length..]
            : null;

    /// <summary>The ServiceAccount that a name means; null when it means none that can exist.</summary>
    public static (string Namespace, string Name)? ServiceAccountOf(string user) =>
        user.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal)
        && user[ServiceAccountPrefix.Length..].Split(':') is [var ns, var name]
        && NameRules.IsDns1123Label(ns).Count == 0 && NameRules.IsDns1123Subdomain(name).Count == 0
            ? (ns, name)
            : null;
}
