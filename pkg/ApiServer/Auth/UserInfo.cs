namespace Kube1.ApiServer.Auth;

/// <summary>Who makes a request: name, uid, groups and extra attributes (authentication.k8s.io/v1 UserInfo).</summary>
public sealed record UserInfo(string Name)
{
    /// <summary>Tells apart users who had the same name at different times; empty when unknown.</summary>
    public string Uid { get; init; } = "";

    /// <summary>The groups that the user is in, "system:authenticated" among them.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>What the authenticator knows besides, such as the pod that a token is bound to.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } =
        System.Collections.Frozen.FrozenDictionary<string, IReadOnlyList<string>>.Empty;

    /// <summary>The extra attribute that tells which credential a user showed.</summary>
    public const string CredentialIdKey = "authentication.kubernetes.io/credential-id";

    /// <summary>The group of everyone who was not authenticated.</summary>
    public const string UnauthenticatedGroup = "system:unauthenticated";

    /// <summary>The group of everyone who was authenticated.</summary>
    public const string AuthenticatedGroup = "system:authenticated";

    /// <summary>The group that may do everything.</summary>
    public const string MastersGroup = "system:masters";

    /// <summary>The API server itself, as upstream's loopback client.</summary>
    public static UserInfo ApiServer { get; } =
        new("system:apiserver") { Groups = [MastersGroup, AuthenticatedGroup] };

    /// <summary>A user who gave no credentials.</summary>
    public static UserInfo Anonymous { get; } = new("system:anonymous") { Groups = [UnauthenticatedGroup] };

    /// <summary>Groups as an authenticator found them, with the one of everybody unless one of the two is there.</summary>
    public static IReadOnlyList<string> WithAuthenticated(IReadOnlyList<string> groups) =>
        groups.Contains(AuthenticatedGroup) || groups.Contains(UnauthenticatedGroup) ? groups : [.. groups, AuthenticatedGroup];
}
