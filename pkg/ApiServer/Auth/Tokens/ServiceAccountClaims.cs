using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Auth.Tokens;

/// <summary>An object that a token is bound to.</summary>
public sealed record BoundReference(string Name, string Uid);

/// <summary>What a ServiceAccount token says; times in seconds since 1970 (RFC 7519, KEP-1205, KEP-4193).</summary>
public sealed record ServiceAccountClaims
{
    /// <summary>Who signed it.</summary>
    public required string Issuer { get; init; }

    /// <summary>"system:serviceaccount:NAMESPACE:NAME"</summary>
    public string Subject => $"system:serviceaccount:{Namespace}:{ServiceAccount.Name}";

    /// <summary>For whom it is.</summary>
    public required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>From when on it counts.</summary>
    public required long IssuedAt { get; init; }

    /// <summary>Until when it counts.</summary>
    public required long Expires { get; init; }

    /// <summary>When its use should be warned of; 0 for never.</summary>
    public long WarnAfter { get; init; }

    /// <summary>The token's own id.</summary>
    public required string Id { get; init; }

    /// <summary>The namespace of the account and of what the token is bound to.</summary>
    public required string Namespace { get; init; }

    /// <summary>The account.</summary>
    public required BoundReference ServiceAccount { get; init; }

    /// <summary>The pod that it is bound to.</summary>
    public BoundReference? Pod { get; init; }

    /// <summary>The secret that it is bound to.</summary>
    public BoundReference? Secret { get; init; }

    /// <summary>The node that it is bound to, or that its pod runs on.</summary>
    public BoundReference? Node { get; init; }

    /// <summary>The payload of the token.</summary>
    public string ToJson()
    {
        var kubernetes = new JsonObject { ["namespace"] = Namespace };
        Add(kubernetes, "node", Node);
        Add(kubernetes, "pod", Pod);
        Add(kubernetes, "secret", Secret);
        Add(kubernetes, "serviceaccount", ServiceAccount);
        if (WarnAfter > 0)
        {
            kubernetes["warnafter"] = WarnAfter;
        }

        return new JsonObject
        {
            ["aud"] = new JsonArray([.. Audiences.Select(a => (JsonNode?)JsonValue.Create(a))]),
            ["exp"] = Expires,
            ["iat"] = IssuedAt,
            ["iss"] = Issuer,
            ["jti"] = Id,
            ["kubernetes.io"] = kubernetes,
            ["nbf"] = IssuedAt,
            ["sub"] = Subject,
        }.ToJsonString();
    }

    /// <summary>Reads a payload; null when it is not one of ours.</summary>
    internal static ServiceAccountClaims? Read(JsonElement payload)
    {
        try
        {
            if (JsonObject.Create(payload) is not { } json || json["kubernetes.io"] is not JsonObject kubernetes
                || Reference(kubernetes, "serviceaccount") is not { } account)
            {
                return null;
            }

            var claims = new ServiceAccountClaims
            {
                Issuer = (string?)json["iss"] ?? "",
                Audiences = json["aud"] is JsonArray list ? [.. list.Select(a => (string?)a ?? "")] : [(string?)json["aud"] ?? ""],
                IssuedAt = (long?)json["nbf"] ?? (long?)json["iat"] ?? 0,
                Expires = (long?)json["exp"] ?? 0,
                WarnAfter = (long?)kubernetes["warnafter"] ?? 0,
                Id = (string?)json["jti"] ?? "",
                Namespace = (string?)kubernetes["namespace"] ?? "",
                ServiceAccount = account,
                Pod = Reference(kubernetes, "pod"),
                Secret = Reference(kubernetes, "secret"),
                Node = Reference(kubernetes, "node"),
            };
            return (string?)json["sub"] == claims.Subject ? claims : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static void Add(JsonObject owner, string name, BoundReference? reference)
    {
        if (reference is not null)
        {
            owner[name] = new JsonObject { ["name"] = reference.Name, ["uid"] = reference.Uid };
        }
    }

    private static BoundReference? Reference(JsonObject owner, string name) => owner[name] is JsonObject found
        ? new BoundReference((string?)found["name"] ?? "", (string?)found["uid"] ?? "")
        : null;
}
