using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>Secrets: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/</summary>
internal sealed class SecretResource : ResourceStrategy
{
    private const string ServiceAccountToken = "kubernetes.io/service-account-token";

    private const string ServiceAccountName = "kubernetes.io/service-account.name";

    /// <summary>The keys that a type demands.</summary>
    private static readonly Dictionary<string, string[]> RequiredKeys = new()
    {
        ["kubernetes.io/dockercfg"] = [".dockercfg"],
        ["kubernetes.io/dockerconfigjson"] = [".dockerconfigjson"],
        ["kubernetes.io/ssh-auth"] = ["ssh-privatekey"],
        ["kubernetes.io/tls"] = ["tls.crt", "tls.key"],
    };

    /// <summary>stringData is for writing only: its texts become data.</summary>
    public override void Default(JsonObject obj)
    {
        obj.Default("type", "Opaque");
        if (obj.Child("stringData") is { } texts)
        {
            obj.Remove("stringData");
            var data = texts.Count > 0 ? obj.Ensure("data") : [];
            foreach (var (key, value) in texts)
            {
                data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes((string?)value ?? ""));
            }
        }
    }

    /// <summary>A client that leaves the type out means the one there is.</summary>
    public override void PrepareForUpdate(StrategyContext context, JsonObject obj, JsonObject old)
    {
        if (obj.Text("type").Length == 0)
        {
            Keep("type", obj, old);
        }
    }

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        var data = FieldPath.Of("data");
        var sizeBytes = 0L;
        foreach (var (key, value) in obj.Child("data") ?? [])
        {
            DataRules.CheckKey(data.Key(key), key, errors);
            sizeBytes += DataRules.Base64Bytes(value);
        }

        DataRules.CheckSize(data, sizeBytes, errors);
        CheckType(obj, data, errors);
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        if (obj.Text("type") != old.Text("type"))
        {
            errors.Invalid(FieldPath.Of("type"), obj.Text("type"), "field is immutable");
        }

        DataRules.CheckImmutable(obj, old, ["data"], errors);
        Validate(context, obj, errors);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<SelectableField> SelectableFields { get; } =
        [new("type", static o => o.Text("type"))];

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Field("Type", "What its entries are", "type"),
        Columns.CountOf("Data", "Entries in it", "data") with { Type = "string" },
        Columns.Age,
    ];

    private static void CheckType(JsonObject obj, FieldPath data, FieldErrorList errors)
    {
        var type = obj.Text("type");
        if (type == ServiceAccountToken
            && string.IsNullOrEmpty(Api.ObjectMetadata.Of(obj).Annotation(ServiceAccountName)))
        {
            errors.Required(FieldPath.Of("metadata", "annotations").Key(ServiceAccountName));
        }

        if (type == "kubernetes.io/basic-auth"
            && obj.At("data.username") is null && obj.At("data.password") is null)
        {
            errors.Required(data.Key("username"));
            errors.Required(data.Key("password"));
        }

        foreach (var key in RequiredKeys.GetValueOrDefault(type, []))
        {
            var value = (string?)obj.Child("data")?[key];
            if (value is null || (value.Length == 0 && type == "kubernetes.io/ssh-auth"))
            {
                errors.Required(data.Key(key));
            }
            else if (type.StartsWith("kubernetes.io/docker", StringComparison.Ordinal) && !IsJson(value))
            {
                errors.Invalid(data.Key(key), "<secret contents redacted>", "invalid character, the value is not JSON");
            }
        }
    }

    private static bool IsJson(string base64)
    {
        var bytes = new byte[(base64.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
        {
            return false;
        }

        // A bad secret is rare enough for an exception: the reader has no other way to say so.
        try
        {
            using var document = JsonDocument.Parse(bytes.AsMemory(0, length));
            return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
