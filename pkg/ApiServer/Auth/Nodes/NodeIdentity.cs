namespace Kube1.ApiServer.Auth.Nodes;

/// <summary>Whether a user is a kubelet: system:node:NAME in the group system:nodes.</summary>
internal static class NodeIdentity
{
    private const string UserPrefix = "system:node:";
    private const string NodesGroup = "system:nodes";

    /// <summary>The node's name, empty for a kubelet that names none; null when the user is no kubelet.</summary>
    public static string? Of(UserInfo user) =>
        user.Name.StartsWith(UserPrefix, StringComparison.Ordinal) && user.Groups.Contains(NodesGroup)
            ? user.Name[UserPrefix.Length..]
            : null;
}
