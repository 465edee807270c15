namespace Kube1.ApiServer.Auth.Oidc;

/// <summary>
/// An issuer of OpenID Connect ID tokens whose users are let in: upstream's --oidc-* settings.
/// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#openid-connect-tokens
/// </summary>
public sealed record OidcOptions
{
    /// <summary>Every algorithm that may be chosen; "none" and those with a shared secret are none of them.</summary>
    public static IReadOnlyList<string> AllAlgorithms { get; } =
        ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];

    /// <summary>The "iss" of the tokens, and where the discovery document is.</summary>
    public required Uri Issuer { get; init; }

    /// <summary>The issuer as it was written: tokens must say the very same.</summary>
    public required string IssuerText { get; init; }

    /// <summary>The audience that a token must have.</summary>
    public required string ClientId { get; init; }

    /// <summary>The claim that is the user's name.</summary>
    public string UsernameClaim { get; init; } = "sub";

    /// <summary>
    /// What stands before each name. Null: the issuer and "#", which keeps the names of issuers apart, unless names are
    /// email addresses. "-": nothing.
    /// </summary>
    public string? UsernamePrefix { get; init; }

    /// <summary>The claim that lists the user's groups; empty for none.</summary>
    public string GroupsClaim { get; init; } = "";

    /// <summary>What stands before each group.</summary>
    public string GroupsPrefix { get; init; } = "";

    /// <summary>The algorithms that tokens may be signed with.</summary>
    public IReadOnlyList<string> Algorithms { get; init; } = ["RS256"];

    /// <summary>Claims that must be there with these values.</summary>
    public IReadOnlyDictionary<string, string> RequiredClaims { get; init; } =
        System.Collections.Frozen.FrozenDictionary<string, string>.Empty;

    /// <summary>The way to the issuer: HTTPS only, bounded in time and size; see <see cref="OidcBackchannel"/>.</summary>
    public required HttpClient Http { get; init; }

    /// <summary>The prefix in force.</summary>
    internal string EffectiveUsernamePrefix => UsernamePrefix switch
    {
        "-" => "",
        null => UsernameClaim == "email" ? "" : IssuerText + "#",
        var prefix => prefix,
    };
}
