using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.ApiExtensions;

/// <summary>The names of a custom resource, as asked for and as accepted, with upstream's paths and words.</summary>
internal static class DefinitionNameRules
{
    private const string MixedCase = "may have mixed case, but should otherwise match: ";

    /// <summary>Checks names that are there.</summary>
    public static void Validate(JsonObject names, FieldPath path, FieldErrorList errors)
    {
        Label(names.Text("plural"), path.Child("plural"), errors);
        Label(names.Text("singular"), path.Child("singular"), errors);
        var (kind, listKind) = (names.Text("kind"), names.Text("listKind"));
        foreach (var (field, value) in new[] { ("kind", kind), ("listKind", listKind) })
        {
            if (value.Length > 0 && NameRules.IsDns1035Label(value.ToLowerInvariant()) is { Count: > 0 } wrong)
            {
                errors.Invalid(path.Child(field), value, MixedCase + string.Join(',', wrong));
            }
        }

        foreach (var (name, at) in names.Texts("shortNames").Indexed(path.Child("shortNames")))
        {
            Label(name, at, errors, evenEmpty: true);
        }

        if (kind.Length > 0 && kind == listKind)
        {
            errors.Invalid(path.Child("listKind"), listKind, "kind and listKind may not be the same");
        }

        foreach (var (category, at) in names.Texts("categories").Indexed(path.Child("categories")))
        {
            Label(category, at, errors, evenEmpty: true);
        }
    }

    private static void Label(string name, FieldPath path, FieldErrorList errors, bool evenEmpty = false)
    {
        if ((evenEmpty || name.Length > 0) && NameRules.IsDns1035Label(name) is { Count: > 0 } wrong)
        {
            errors.Invalid(path, name, string.Join(',', wrong));
        }
    }
}
