using System.Text.Json;
using Kube1.Api.Json;

namespace Kube1.ApiServer.Auth.Oidc;

/// <summary>The claims of an ID token. Whatever has the wrong type is an <see cref="OidcException"/>.</summary>
internal sealed class OidcClaims(JsonElement claims)
{
    /// <summary>More groups than this no user has; a token of 64 KiB could name ten thousand.</summary>
    private const int MaxTexts = 2048;

    /// <summary>"jti"; null when there is none.</summary>
    public string? Id => TextOrNull("jti");

    /// <summary>"email_verified"; null when the issuer does not say.</summary>
    public bool? EmailVerified => !claims.TryGetProperty("email_verified", out var verified)
        ? null
        : verified.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new OidcException(
                $"parse 'email_verified' claim: json: cannot unmarshal {Kind(verified)} into Go value of type bool"),
        };

    /// <summary>The claim that names the user.</summary>
    public string Username(string claim)
    {
        if (!claims.TryGetProperty(claim, out var value))
        {
            throw new OidcException($"parse username claims {GoText.Quote(claim)}: claim not present");
        }

        var name = TextOrNull(claim) ?? throw new OidcException(
            $"parse username claims {GoText.Quote(claim)}: json: cannot unmarshal {Kind(value)} into Go value of type string");
        return name.Length > 0
            ? name
            : throw new OidcException($"parse username claims {GoText.Quote(claim)}: empty username is not allowed");
    }

    /// <summary>A claim that is a list of texts or one text; empty when it is not there.</summary>
    public IReadOnlyList<string> Groups(string claim)
    {
        if (!claims.TryGetProperty(claim, out var value))
        {
            return claims.TryGetProperty("_claim_names", out var elsewhere) && elsewhere.ValueKind == JsonValueKind.Object
                && elsewhere.TryGetProperty(claim, out _)
                ? throw new OidcException("could not expand distributed claims: they are not supported")
                : [];
        }

        return TextsOf(value) ?? throw new OidcException(
            $"parse groups claim {GoText.Quote(claim)}: json: cannot unmarshal {Kind(value)} into Go value of type string");
    }

    /// <summary>A claim that is one text or a list of them, as "aud"; empty when it is neither.</summary>
    public IReadOnlyList<string> Texts(string claim) =>
        claims.TryGetProperty(claim, out var value) ? TextsOf(value) ?? [] : [];

    /// <summary>The claim must be there and be this text.</summary>
    public void Require(string claim, string wanted)
    {
        if (!claims.TryGetProperty(claim, out var value))
        {
            throw new OidcException($"required claim {claim} not present in ID token");
        }

        var text = TextOrNull(claim)
            ?? throw new OidcException($"parse claim {claim}: json: cannot unmarshal {Kind(value)} into Go value of type string");
        if (text != wanted)
        {
            throw new OidcException($"required claim {claim} value does not match. Got = {text}, want = {wanted}");
        }
    }

    /// <summary>A claim in seconds since 1970, with a fraction or not; null when it is not there.</summary>
    public DateTimeOffset? Time(string claim)
    {
        if (!claims.TryGetProperty(claim, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || !double.IsFinite(seconds))
        {
            throw new OidcException($"verify token: oidc: failed to unmarshal claims: {claim} is no time");
        }

        return seconds >= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.MaxValue
            : seconds <= DateTimeOffset.MinValue.ToUnixTimeSeconds()
                ? DateTimeOffset.MinValue
                : DateTimeOffset.FromUnixTimeSeconds((long)seconds);
    }

    private string? TextOrNull(string claim) => claims.TryGetProperty(claim, out var value) ? TextOf(value) : null;

    private static List<string>? TextsOf(JsonElement value)
    {
        if (TextOf(value) is { } one)
        {
            return [one];
        }

        if (value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxTexts)
        {
            return null;
        }

        var texts = new List<string>();
        foreach (var item in value.EnumerateArray())
        {
            if (TextOf(item) is not { } text)
            {
                return null;
            }

            texts.Add(text);
        }

        return texts;
    }

    /// <summary>Null for what is no text; a text of unpaired surrogates, which JSON can hide, is none.</summary>
    private static string? TextOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "null",
        _ => "string",
    };
}
