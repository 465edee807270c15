using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Kube1.Api.Models;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Auth.Tokens;

/// <summary>
/// Bootstrap tokens: Secrets of type bootstrap.kubernetes.io/token in kube-system.
/// https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/
/// </summary>
internal sealed partial class BootstrapTokenVerifier(Func<IObjectReader> objects, TimeProvider time)
{
    private static readonly string[] TimeFormats =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    private const string DefaultGroup = "system:bootstrappers";

    /// <summary>Whether a text has the form of a bootstrap token.</summary>
    public static bool LooksLikeToken(string token) => Pattern().IsMatch(token);

    /// <summary>The user of a good token, else null.</summary>
    public UserInfo? Verify(string token)
    {
        var match = Pattern().Match(token);
        if (!match.Success)
        {
            return null;
        }

        var id = match.Groups[1].Value;
        var secret = objects().Get<V1Secret>("kube-system", "bootstrap-token-" + id);
        if (secret?.Type != "bootstrap.kubernetes.io/token" || secret.Metadata.DeletionTimestamp is not null
            || !SameSecret(secret, match.Groups[2].Value) || Text(secret, "token-id") != id || IsExpired(secret)
            || Text(secret, "usage-bootstrap-authentication") != "true" || Groups(secret) is not { } groups)
        {
            return null;
        }

        return new UserInfo("system:bootstrap:" + id) { Groups = [.. groups, UserInfo.AuthenticatedGroup] };
    }

    private static bool SameSecret(V1Secret secret, string given) =>
        secret.Data?.GetValueOrDefault("token-secret") is { } expected
        && CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(given));

    // RFC 3339 and nothing else: a token whose end nobody can read has ended.
    private bool IsExpired(V1Secret secret)
    {
        var text = Text(secret, "expiration");
        return text.Length > 0 && (!DateTimeOffset.TryParseExact(
                text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expires)
            || time.GetUtcNow() >= expires);
    }

    /// <summary>One group that is not a bootstrappers' group spoils the token, as upstream.</summary>
    private static List<string>? Groups(V1Secret secret)
    {
        var groups = new List<string> { DefaultGroup };
        foreach (var group in Text(secret, "auth-extra-groups").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!GroupPattern().IsMatch(group))
            {
                return null;
            }

            groups.Add(group);
        }

        return groups;
    }

    private static string Text(V1Secret secret, string key) =>
        secret.Data?.GetValueOrDefault(key) is { } value ? Encoding.UTF8.GetString(value) : "";

    [GeneratedRegex(@"\A([a-z0-9]{6})\.([a-z0-9]{16})\z")]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\Asystem:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]\z")]
    private static partial Regex GroupPattern();
}
