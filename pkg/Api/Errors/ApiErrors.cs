using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.Api.Errors;

/// <summary>Upstream's errors, with upstream's codes, reasons and texts (k8s.io/apimachinery/pkg/api/errors).</summary>
public static class ApiErrors
{
    /// <summary>404 for an object.</summary>
    public static ApiException NotFound(GroupResource resource, string name) => Make(
        404, StatusReasons.NotFound, $"{resource} \"{name}\" not found", Details(resource, name));

    /// <summary>404 for a path that no resource serves.</summary>
    public static ApiException PathNotFound() => Make(
        404, StatusReasons.NotFound, "the server could not find the requested resource", new V1StatusDetails());

    /// <summary>409: the name is taken.</summary>
    public static ApiException AlreadyExists(GroupResource resource, string name) => Make(
        409, StatusReasons.AlreadyExists, $"{resource} \"{name}\" already exists", Details(resource, name));

    /// <summary>409: the object has changed, or a precondition failed.</summary>
    public static ApiException Conflict(GroupResource resource, string name, string why) => Make(
        409, StatusReasons.Conflict, $"Operation cannot be fulfilled on {resource} \"{name}\": {why}",
        Details(resource, name));

    /// <summary>The text of a lost optimistic lock.</summary>
    public const string ObjectModified =
        "the object has been modified; please apply your changes to the latest version and try again";

    /// <summary>422 with the list of what is wrong.</summary>
    public static ApiException Invalid(GroupVersionKind kind, string name, FieldErrorList errors)
    {
        var groupKind = kind.Group.Length == 0 ? kind.Kind : kind.Kind + "." + kind.Group;
        var texts = errors.Select(e => e.ToString()).ToList();
        var list = texts.Count == 1 ? texts[0] : "[" + string.Join(", ", texts.Distinct()) + "]";
        return Make(422, StatusReasons.Invalid, $"{groupKind} \"{name}\" is invalid: {list}", new V1StatusDetails
        {
            Name = name.Length == 0 ? null : name,
            Group = kind.Group.Length == 0 ? null : kind.Group,
            Kind = kind.Kind.Length == 0 ? null : kind.Kind,
            Causes = [.. errors.Select(e => new V1StatusCause { Reason = e.Reason, Message = e.Body, Field = e.Field })],
        });
    }

    /// <summary>403 for an object; <paramref name="why"/> says who may not do what.</summary>
    public static ApiException Forbidden(GroupResource resource, string name, string why) => Make(
        403, StatusReasons.Forbidden,
        name.Length == 0 ? $"{resource} is forbidden: {why}" : $"{resource} \"{name}\" is forbidden: {why}",
        Details(resource, name));

    /// <summary>401.</summary>
    public static ApiException Unauthorized(string message = "Unauthorized") =>
        Make(401, StatusReasons.Unauthorized, message);

    /// <summary>400.</summary>
    public static ApiException BadRequest(string message) => Make(400, StatusReasons.BadRequest, message);

    /// <summary>405 of the router: the path is served, but not with this method.</summary>
    public static ApiException MethodNotAllowed() => Make(
        405, StatusReasons.MethodNotAllowed, "the server does not allow this method on the requested resource",
        new V1StatusDetails());

    /// <summary>406, with what would be accepted.</summary>
    public static ApiException NotAcceptable(IEnumerable<string> accepted) => Make(
        406, StatusReasons.NotAcceptable,
        $"only the following media types are accepted: {string.Join(", ", accepted)}");

    /// <summary>406 for a form that the answer cannot take.</summary>
    public static ApiException NotAcceptable(string message) => Make(406, StatusReasons.NotAcceptable, message);

    /// <summary>413.</summary>
    public static ApiException TooLarge(string message) => Make(413, StatusReasons.RequestEntityTooLarge, message);

    /// <summary>415, with what would be accepted.</summary>
    public static ApiException UnsupportedMediaType(IEnumerable<string> accepted) => Make(
        415, StatusReasons.UnsupportedMediaType,
        $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", accepted)}");

    /// <summary>410 for a list token or watch start that is older than the history kept.</summary>
    public static ApiException Expired(string message) => Make(410, StatusReasons.Expired, message);

    /// <summary>429; <paramref name="retryAfterSeconds"/> also becomes the Retry-After header.</summary>
    public static ApiException TooManyRequests(
        string message, int? retryAfterSeconds, V1StatusCause? cause = null) => Make(
        429, StatusReasons.TooManyRequests, message,
        new V1StatusDetails { RetryAfterSeconds = retryAfterSeconds, Causes = cause is null ? null : [cause] });

    /// <summary>503.</summary>
    public static ApiException ServiceUnavailable(string message) =>
        Make(503, StatusReasons.ServiceUnavailable, message);

    /// <summary>504: too large a resource version, or a dependency that did not answer in time.</summary>
    public static ApiException Timeout(string message, int retryAfterSeconds) => Make(
        504, StatusReasons.Timeout, message, new V1StatusDetails { RetryAfterSeconds = retryAfterSeconds });

    /// <summary>500; the exception is for the log, the message for the client.</summary>
    public static ApiException Internal(string message, Exception? inner = null) => new(
        new V1Status
        {
            Status = "Failure",
            Code = 500,
            Reason = StatusReasons.InternalError,
            Message = "Internal error occurred: " + message,
            Details = new V1StatusDetails { Causes = [new V1StatusCause { Message = message }] },
        },
        inner);

    /// <summary>500 with nothing but a message: what upstream returns as an error that no Status stands for.</summary>
    public static ApiException Unclassified(string message) =>
        new(new V1Status { Status = "Failure", Code = 500, Message = message });

    private static V1StatusDetails Details(GroupResource resource, string name) => new()
    {
        Name = name.Length == 0 ? null : name,
        Group = resource.Group.Length == 0 ? null : resource.Group,
        Kind = resource.Resource,
    };

    private static ApiException Make(int code, string reason, string message, V1StatusDetails? details = null) => new(
        new V1Status { Status = "Failure", Code = code, Reason = reason, Message = message, Details = details });
}
