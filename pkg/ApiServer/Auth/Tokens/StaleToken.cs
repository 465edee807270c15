namespace Kube1.ApiServer.Auth.Tokens;

/// <summary>
/// A request was made with a token that its client should have replaced long ago: a remark for the audit log
/// (https://kubernetes.io/docs/reference/labels-annotations-taints/audit-annotations/).
/// </summary>
internal sealed record StaleToken(string Text)
{
    /// <summary>Under which it stands there.</summary>
    public const string AuditKey = "authentication.k8s.io/stale-token";
}
