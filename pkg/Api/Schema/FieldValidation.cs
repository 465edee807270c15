using System.Text.Json.Nodes;

namespace Kube1.Api.Schema;

/// <summary>
/// What to do with unknown and duplicate fields: the fieldValidation parameter.
/// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation
/// </summary>
public enum FieldValidation
{
    /// <summary>Drop them silently.</summary>
    Ignore,

    /// <summary>Drop them and warn.</summary>
    Warn,

    /// <summary>Refuse the request.</summary>
    Strict,
}

/// <summary>How a body is written.</summary>
public enum BodyFormat
{
    /// <summary>application/json</summary>
    Json,

    /// <summary>application/yaml</summary>
    Yaml,

    /// <summary>application/vnd.kubernetes.protobuf</summary>
    Protobuf,
}

/// <summary>A decoded object and what to warn the client about.</summary>
public readonly record struct DecodedObject(JsonObject Object, IReadOnlyList<string> Warnings);

/// <summary>A body that is no object of the type asked for; the message is upstream's, without its wrapper.</summary>
public sealed class ObjectDecodeException(string message) : FormatException(message);
