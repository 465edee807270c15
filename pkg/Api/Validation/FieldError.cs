namespace Kube1.Api.Validation;

/// <summary>
/// One thing wrong with one field, in upstream's words (k8s.io/apimachinery/pkg/util/validation/field).
/// <paramref name="Reason"/> is the cause's reason on the wire, "FieldValueInvalid".
/// </summary>
public sealed record FieldError(string Field, string Reason, string Body)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field}: {Body}";
}
