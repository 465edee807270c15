using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Kube1.Cluster.Pki;

/// <summary>
/// What a joining node is given: <c>K10&lt;hex SHA-256 of the cluster CA's certificate&gt;::&lt;id&gt;.&lt;secret&gt;</c>, or
/// without the pin <c>&lt;id&gt;.&lt;secret&gt;</c>, a bootstrap token as upstream defines it
/// (https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/). The hash is that of the DER form.
/// </summary>
public sealed partial record JoinToken(string Id, string Secret, string? AuthorityHash)
{
    private const string PinnedPrefix = "K10";
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>"id.secret": what is sent as the bearer token.</summary>
    public string Bearer => $"{Id}.{Secret}";

    /// <summary>A new random token that pins this CA.</summary>
    public static JoinToken Create(X509Certificate2? authority) => new(
        RandomNumberGenerator.GetString(Alphabet, 6), RandomNumberGenerator.GetString(Alphabet, 16),
        authority is null ? null : HashOf(authority));

    /// <summary>The pin of a CA.</summary>
    public static string HashOf(X509Certificate2 authority) =>
        Convert.ToHexStringLower(SHA256.HashData(authority.RawData));

    /// <summary>Reads either form; on failure <paramref name="why"/> is a sentence that names the expected form.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out JoinToken? token, out string why)
    {
        token = null;
        why = "the token must be K10<sha256 of the CA>::<id>.<secret> or <id>.<secret>, as `kube1 token create` prints it";
        string? hash = null;
        var rest = text.Trim();
        if (rest.StartsWith(PinnedPrefix, StringComparison.Ordinal))
        {
            var separator = rest.IndexOf("::", StringComparison.Ordinal);
            if (separator < 0)
            {
                return false;
            }

            hash = rest[PinnedPrefix.Length..separator];
            rest = rest[(separator + 2)..];
            if (!HashPattern().IsMatch(hash))
            {
                return false;
            }
        }

        var match = BearerPattern().Match(rest);
        if (!match.Success)
        {
            return false;
        }

        token = new JoinToken(match.Groups[1].Value, match.Groups[2].Value, hash);
        why = "";
        return true;
    }

    /// <summary>Whether a CA that some server presented is the one that the token pins; true when it pins none.</summary>
    public bool Accepts(X509Certificate2 authority) =>
        AuthorityHash is null || CryptographicOperations.FixedTimeEquals(
            Convert.FromHexString(AuthorityHash), SHA256.HashData(authority.RawData));

    /// <inheritdoc/>
    public override string ToString() => AuthorityHash is null ? Bearer : $"{PinnedPrefix}{AuthorityHash}::{Bearer}";

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex HashPattern();

    [GeneratedRegex(@"^([a-z0-9]{6})\.([a-z0-9]{16})$")]
    private static partial Regex BearerPattern();
}
