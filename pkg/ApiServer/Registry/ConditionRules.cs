using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry;

/// <summary>
/// metav1.Conditions in a status, with upstream's paths and words (apimachinery/pkg/apis/meta/v1/validation
/// ValidateConditions).
/// </summary>
internal static class ConditionRules
{
    private const int MaxReasonBytes = 1024;

    private const int MaxMessageBytes = 32 * 1024;

    private static readonly string[] Statuses = ["False", "True", "Unknown"];

    /// <summary>Checks a list of conditions; each type once.</summary>
    public static void Validate(IEnumerable<JsonObject> conditions, FieldPath path, FieldErrorList errors)
    {
        var types = new HashSet<string>();
        foreach (var (condition, at) in conditions.Indexed(path))
        {
            if (!types.Add(condition.Text("type")))
            {
                errors.Duplicate(at, condition.Text("type"));
            }

            ValidateOne(condition, at, errors);
        }
    }

    private static void ValidateOne(JsonObject condition, FieldPath path, FieldErrorList errors)
    {
        if (condition.Text("type").Length == 0)
        {
            errors.Required(path.Child("type"), "is required");
        }
        else
        {
            errors.AddMessages(path.Child("type"), condition.Text("type"), NameRules.IsQualifiedName);
        }

        errors.OneOf(path.Child("status"), condition.Text("status"), Statuses);
        if (condition.Integer("observedGeneration") is < 0 and var generation)
        {
            errors.Invalid(path.Child("observedGeneration"), generation, "must be greater than or equal to zero");
        }

        errors.RequiredText(path.Child("lastTransitionTime"), condition.Text("lastTransitionTime"));
        ValidateReason(condition.Text("reason"), path.Child("reason"), errors);
        if (System.Text.Encoding.UTF8.GetByteCount(condition.Text("message")) > MaxMessageBytes)
        {
            errors.TooLong(path.Child("message"), MaxMessageBytes);
        }
    }

    private static void ValidateReason(string reason, FieldPath path, FieldErrorList errors)
    {
        if (reason.Length == 0)
        {
            errors.Required(path);
            return;
        }

        if (!char.IsAsciiLetter(reason[0]) || !IsReasonEnd(reason[^1])
            || !reason.All(c => IsReasonEnd(c) || c is ',' or ':'))
        {
            errors.Invalid(
                path, reason,
                "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric "
                + "characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  "
                + "or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is "
                + "'[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')");
        }

        if (reason.Length > MaxReasonBytes)
        {
            errors.TooLong(path, MaxReasonBytes);
        }
    }

    private static bool IsReasonEnd(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';
}
