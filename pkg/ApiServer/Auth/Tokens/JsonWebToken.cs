using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Kube1.ApiServer.Auth.Tokens;

/// <summary>
/// A JWT in compact form (RFC 7515 §3.1), taken apart and not believed: whoever reads the claims checks the signature first,
/// with an algorithm that he chose (RFC 8725 §3.1).
/// </summary>
internal sealed class JsonWebToken
{
    /// <summary>A header of HTTP is at most half of this; what a review brings is not read any further.</summary>
    private const int MaxLength = 64 * 1024;

    /// <summary>Claims are flat, but for a few objects of issuers' own.</summary>
    private const int MaxDepth = 16;

    // Names that stand twice are refused (RFC 7515 §4).
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    private JsonWebToken(string algorithm, string keyId, JsonElement claims, byte[] signedText, byte[] signature)
    {
        Algorithm = algorithm;
        KeyId = keyId;
        Claims = claims;
        SignedText = signedText;
        Signature = signature;
    }

    /// <summary>"alg": what the token claims to be signed with.</summary>
    public string Algorithm { get; }

    /// <summary>"kid"; empty when the header names no key.</summary>
    public string KeyId { get; }

    /// <summary>The payload: an object.</summary>
    public JsonElement Claims { get; }

    /// <summary>What the signature is over.</summary>
    public byte[] SignedText { get; }

    /// <summary>The signature.</summary>
    public byte[] Signature { get; }

    /// <summary>The claim "iss"; empty when it is missing or no text.</summary>
    public string Issuer => Text(Claims, "iss");

    /// <summary>Null for whatever is not three parts of base64url, two of them JSON objects.</summary>
    public static JsonWebToken? TryRead(string token)
    {
        var first = token.IndexOf('.', StringComparison.Ordinal);
        var last = token.LastIndexOf('.');
        if (token.Length > MaxLength || first <= 0 || last <= first || token.AsSpan(first + 1, last - first - 1).Contains('.'))
        {
            return null;
        }

        try
        {
            var header = ReadObject(token.AsSpan(0, first));
            var claims = ReadObject(token.AsSpan(first + 1, last - first - 1));
            // RFC 7515 §4.1.11: what must be understood and is not makes a token invalid. None of it is understood here.
            return header is null || claims is null || header.Value.TryGetProperty("crit", out _)
                ? null
                : new JsonWebToken(
                    Text(header.Value, "alg"), Text(header.Value, "kid"), claims.Value,
                    Encoding.ASCII.GetBytes(token, 0, last), Base64Url.DecodeFromChars(token.AsSpan(last + 1)));
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement? ReadObject(ReadOnlySpan<char> encoded)
    {
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(encoded), Options);
        return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
    }

    /// <summary>A member that is text; empty when it is not. Unpaired surrogates, which JSON can hide, are no text.</summary>
    private static string Text(JsonElement owner, string name)
    {
        if (!owner.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return "";
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }
}
