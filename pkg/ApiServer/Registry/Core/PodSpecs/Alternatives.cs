using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Of many fields exactly one must be set: a volume's source, a probe's handler. The first one counts.</summary>
internal sealed class Alternatives(FieldPath path, FieldErrorList errors, string noun)
{
    private int _count;

    /// <summary>
    /// The path under which to check a field that is set; null when it is not, or when another one came first.
    /// <paramref name="shownAs"/> is the name under which upstream forbids a second one, where it differs.
    /// </summary>
    public FieldPath? Take(object? value, string field, string? shownAs = null)
    {
        if (value is null)
        {
            return null;
        }

        if (_count++ == 0)
        {
            return path.Child(field);
        }

        errors.Forbidden(path.Child(shownAs ?? field), $"may not specify more than 1 {noun}");
        return null;
    }

    /// <summary>All fields have been offered.</summary>
    public void Done()
    {
        if (_count == 0)
        {
            errors.Required(path, $"must specify a {noun}");
        }
    }
}
