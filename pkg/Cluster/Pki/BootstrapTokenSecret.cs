using System.Globalization;
using System.Text;
using Kube1.Api.Models;

namespace Kube1.Cluster.Pki;

/// <summary>What a bootstrap token's Secret says. The secret part is needed to print the whole token again.</summary>
public sealed record BootstrapToken(
    string Id, string Secret, DateTimeOffset? Expires, bool ForAuthentication, string Description,
    IReadOnlyList<string> Groups)
{
    /// <summary>Whether it no longer counts.</summary>
    public bool IsExpired(DateTimeOffset now) => Expires is { } expires && expires <= now;
}

/// <summary>
/// Bootstrap tokens as Secrets of type bootstrap.kubernetes.io/token in kube-system, in the layout that upstream's
/// documentation gives: https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/
/// </summary>
public static class BootstrapTokenSecret
{
    /// <summary>The Secret's type.</summary>
    public const string SecretType = "bootstrap.kubernetes.io/token";

    /// <summary>The Secret's namespace.</summary>
    public const string Namespace = "kube-system";

    /// <summary>The Secret's name is this and the token's id.</summary>
    public const string NamePrefix = "bootstrap-token-";

    /// <summary>The group whose certificate requests for node clients are approved.</summary>
    public const string NodeJoinGroup = "system:bootstrappers:kube1:default-node-token";

    /// <summary>As kubeadm's tokens: long enough to set up machines today, gone tomorrow.</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(24);

    /// <summary>The Secret for a token; a null <paramref name="expires"/> means never.</summary>
    public static V1Secret Make(JoinToken token, DateTimeOffset? expires, string description)
    {
        var data = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["token-id"] = token.Id,
            ["token-secret"] = token.Secret,
            ["usage-bootstrap-authentication"] = "true",
            ["usage-bootstrap-signing"] = "true",
            ["auth-extra-groups"] = NodeJoinGroup,
        };
        if (expires is { } end)
        {
            data["expiration"] = end.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }

        if (description.Length > 0)
        {
            data["description"] = description;
        }

        return new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = NamePrefix + token.Id, Namespace = Namespace },
            Type = SecretType,
            Data = data.ToDictionary(p => p.Key, p => Encode(p.Value), StringComparer.Ordinal),
        };
    }

    /// <summary>Reads a Secret; null when it is not a well-formed token.</summary>
    public static BootstrapToken? Read(V1Secret secret)
    {
        var id = Text(secret, "token-id");
        var password = Text(secret, "token-secret");
        if (secret.Type != SecretType || id.Length == 0 || password.Length == 0 || secret.Metadata.Name != NamePrefix + id)
        {
            return null;
        }

        var expiration = Text(secret, "expiration");
        DateTimeOffset? expires = null;
        if (expiration.Length > 0)
        {
            if (!DateTimeOffset.TryParse(
                expiration, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed))
            {
                return null;
            }

            expires = parsed;
        }

        return new BootstrapToken(
            id, password, expires, Text(secret, "usage-bootstrap-authentication") == "true", Text(secret, "description"),
            Text(secret, "auth-extra-groups").Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    private static byte[] Encode(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(V1Secret secret, string key) =>
        secret.Data?.GetValueOrDefault(key) is { } value ? Encoding.UTF8.GetString(value) : "";
}
