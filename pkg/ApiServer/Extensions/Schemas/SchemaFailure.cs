using Kube1.Api.Validation;

namespace Kube1.ApiServer.Extensions.Schemas;

/// <summary>How a failed check is told to the client.</summary>
internal enum FailureKind
{
    /// <summary>The value of the field is invalid.</summary>
    Invalid,

    /// <summary>The value has the wrong type.</summary>
    WrongType,

    /// <summary>The field must be there.</summary>
    Required,

    /// <summary>The value is none of those allowed.</summary>
    NotSupported,

    /// <summary>The text is too long.</summary>
    TooLong,

    /// <summary>The list or object has too many members.</summary>
    TooMany,

    /// <summary>A finding on the object as a whole, whose text names the field.</summary>
    Whole,
}

/// <summary>
/// One failed check, as kube-openapi finds it: <paramref name="Name"/> is the field below the value that was validated,
/// <paramref name="Message"/> tells findings apart, of which each is reported once.
/// </summary>
internal readonly record struct SchemaFailure(FailureKind Kind, string Name, string Message, object? Value, long Bound = 0)
{
    /// <summary>The values that are allowed.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>Adds it as a field error below the path; null for a path that upstream does not have.</summary>
    public void AddTo(FieldErrorList errors, FieldPath? at)
    {
        var path = At(at);
        switch (Kind)
        {
            case FailureKind.Required:
                errors.Required(path);
                break;
            case FailureKind.NotSupported:
                errors.NotOneOf(path, Value, [.. Allowed]);
                break;
            case FailureKind.TooLong:
                errors.TooLong(path, Bound);
                break;
            case FailureKind.TooMany:
                errors.TooMany(path, (long)Value!, Bound);
                break;
            case FailureKind.WrongType:
                errors.TypeInvalid(path, Value ?? "", Message);
                break;
            case FailureKind.Whole:
                errors.Invalid(at ?? FieldPath.None, "", Message);
                break;
            default:
                errors.Invalid(path, Value ?? "", Message);
                break;
        }
    }

    private FieldPath At(FieldPath? at)
    {
        var name = Name.StartsWith('.') ? Name[1..] : Name;
        return name.Length == 0 ? at ?? FieldPath.None
            : at is null ? FieldPath.Of(name)
            : at.Child(name);
    }
}
