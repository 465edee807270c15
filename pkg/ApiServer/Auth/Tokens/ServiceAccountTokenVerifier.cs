using System.Collections.Concurrent;
using Kube1.Api.Models;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Auth.Tokens;

/// <summary>What became of a token: a user and the audiences that matched, or an error for TokenReview.</summary>
public readonly record struct TokenVerification(UserInfo? User, IReadOnlyList<string> Audiences, string Error)
{
    /// <summary>That the token is used for too long; null when it is not.</summary>
    internal StaleToken? Stale { get; init; }

    internal static TokenVerification Failed(string error) => new(null, [], error);
}

/// <summary>
/// Decides whether a ServiceAccount token still counts: signature, times, audience, and that the account and whatever the
/// token is bound to are still there with the same uid. Signatures are checked once a token, the rest each time.
/// </summary>
internal sealed class ServiceAccountTokenVerifier(
    ServiceAccountTokenIssuer issuer, Func<IObjectReader> objects, TimeProvider time)
{
    /// <summary>One token a pod for a large node count; at the bound the cache starts again.</summary>
    private const int CacheBound = 8192;

    /// <summary>Whoever may ask for tokens chooses their audiences: those that are made long must not fill the memory.</summary>
    private const int MaxCachedLength = 4096;

    /// <summary>Upstream's allowance for clocks that differ and for pods that are being deleted.</summary>
    private const long LeewaySeconds = 60;

    private readonly ConcurrentDictionary<string, ServiceAccountClaims> _opened = new(StringComparer.Ordinal);

    /// <summary>How many tokens need no look at their signatures any more.</summary>
    internal int Remembered => _opened.Count;

    /// <summary>Whether a text has the three parts of a JWT: then no other authenticator is asked.</summary>
    public static bool LooksLikeToken(string token) => token.AsSpan().Count('.') == 2;

    /// <summary>Judges a token for any of these audiences.</summary>
    public TokenVerification Verify(string token, IReadOnlyList<string> audiences)
    {
        if (!_opened.TryGetValue(token, out var claims))
        {
            claims = issuer.Open(token);
            if (claims is null)
            {
                return TokenVerification.Failed("invalid bearer token");
            }

            if (_opened.Count >= CacheBound)
            {
                _opened.Clear();
            }

            if (token.Length <= MaxCachedLength)
            {
                _opened[token] = claims;
            }
        }

        var matched = claims.Audiences.Where(audiences.Contains).ToList();
        if (matched.Count == 0)
        {
            return TokenVerification.Failed(
                $"[invalid bearer token, token audiences [{Quoted(claims.Audiences)}] is invalid for the target audiences "
                + $"[{Quoted(audiences)}]]");
        }

        return Invalid(claims) is { } error
            ? TokenVerification.Failed($"[invalid bearer token, {error}]")
            : new TokenVerification(UserOf(claims), matched, "") { Stale = StaleOf(claims) };
    }

    /// <summary>The user that a ServiceAccount is.</summary>
    public static UserInfo UserOf(string ns, string name, string uid) => new($"system:serviceaccount:{ns}:{name}")
    {
        Uid = uid,
        Groups = [.. GroupsOf(ns), UserInfo.AuthenticatedGroup],
    };

    /// <summary>The groups that a namespace's ServiceAccounts are in.</summary>
    public static IReadOnlyList<string> GroupsOf(string ns) => ["system:serviceaccounts", "system:serviceaccounts:" + ns];

    private static UserInfo UserOf(ServiceAccountClaims claims)
    {
        var extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        Add("credential-id", claims.Id.Length == 0 ? null : "JTI=" + claims.Id);
        Add("node-name", claims.Node?.Name);
        Add("node-uid", claims.Node?.Uid);
        Add("pod-name", claims.Pod?.Name);
        Add("pod-uid", claims.Pod?.Uid);
        return UserOf(claims.Namespace, claims.ServiceAccount.Name, claims.ServiceAccount.Uid) with { Extra = extra };

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                extra["authentication.kubernetes.io/" + name] = [value];
            }
        }
    }

    private StaleToken? StaleOf(ServiceAccountClaims claims)
    {
        var seconds = time.GetUtcNow().ToUnixTimeSeconds() - claims.WarnAfter;
        return claims.WarnAfter > 0 && seconds > 0
            ? new StaleToken($"subject: {claims.Subject}, seconds after warning threshold: {seconds}")
            : null;
    }

    private string? Invalid(ServiceAccountClaims claims)
    {
        var now = time.GetUtcNow();
        var seconds = now.ToUnixTimeSeconds();
        if (seconds - LeewaySeconds > claims.Expires)
        {
            return "service account token has expired";
        }

        if (seconds < claims.IssuedAt - LeewaySeconds)
        {
            return "service account token is not valid yet";
        }

        var reader = objects();
        var account = reader.Get<V1ServiceAccount>(claims.Namespace, claims.ServiceAccount.Name);
        if (account is null)
        {
            return $"serviceaccounts \"{claims.ServiceAccount.Name}\" not found";
        }

        if (IsGone(account.Metadata, now))
        {
            return $"service account {claims.Namespace}/{claims.ServiceAccount.Name} has been deleted";
        }

        if (account.Metadata.Uid != claims.ServiceAccount.Uid)
        {
            return $"service account UID ({account.Metadata.Uid}) does not match claim ({claims.ServiceAccount.Uid})";
        }

        return Unbound(claims.Secret, "secret", s => reader.Get<V1Secret>(claims.Namespace, s)?.Metadata, now)
            ?? Unbound(claims.Pod, "pod", p => reader.Get<V1Pod>(claims.Namespace, p)?.Metadata, now)
            ?? (claims.Pod is null && claims.Secret is null
                ? Unbound(claims.Node, "node", n => reader.Get<V1Node>(null, n)?.Metadata, now)
                : null);
    }

    private static string? Unbound(
        BoundReference? reference, string kind, Func<string, V1ObjectMeta?> find, DateTimeOffset now)
    {
        if (reference is null)
        {
            return null;
        }

        if (find(reference.Name) is not { } metadata || IsGone(metadata, now))
        {
            return "service account token has been invalidated";
        }

        return metadata.Uid == reference.Uid
            ? null
            : $"{kind} UID ({metadata.Uid}) does not match service account {kind} ref claim ({reference.Uid})";
    }

    private static bool IsGone(V1ObjectMeta metadata, DateTimeOffset now) =>
        metadata.DeletionTimestamp is { } deleted && now > deleted.AddSeconds(LeewaySeconds);

    private static string Quoted(IEnumerable<string> texts) => string.Join(" ", texts.Select(t => $"\"{t}\""));
}
