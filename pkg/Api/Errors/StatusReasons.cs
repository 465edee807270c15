namespace Kube1.Api.Errors;

/// <summary>metav1.StatusReason: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/</summary>
public static class StatusReasons
{
    /// <summary>401</summary>
    public const string Unauthorized = nameof(Unauthorized);

    /// <summary>403</summary>
    public const string Forbidden = nameof(Forbidden);

    /// <summary>404</summary>
    public const string NotFound = nameof(NotFound);

    /// <summary>409: the name is taken</summary>
    public const string AlreadyExists = nameof(AlreadyExists);

    /// <summary>409: the object has changed, or a precondition failed</summary>
    public const string Conflict = nameof(Conflict);

    /// <summary>410: the resource is gone for good</summary>
    public const string Gone = nameof(Gone);

    /// <summary>422</summary>
    public const string Invalid = nameof(Invalid);

    /// <summary>504 on reads, 500 on creates: the server gave up for now</summary>
    public const string ServerTimeout = nameof(ServerTimeout);

    /// <summary>504</summary>
    public const string Timeout = nameof(Timeout);

    /// <summary>429</summary>
    public const string TooManyRequests = nameof(TooManyRequests);

    /// <summary>400</summary>
    public const string BadRequest = nameof(BadRequest);

    /// <summary>405</summary>
    public const string MethodNotAllowed = nameof(MethodNotAllowed);

    /// <summary>406</summary>
    public const string NotAcceptable = nameof(NotAcceptable);

    /// <summary>413</summary>
    public const string RequestEntityTooLarge = nameof(RequestEntityTooLarge);

    /// <summary>415</summary>
    public const string UnsupportedMediaType = nameof(UnsupportedMediaType);

    /// <summary>500</summary>
    public const string InternalError = nameof(InternalError);

    /// <summary>410: the revision asked for is too old</summary>
    public const string Expired = nameof(Expired);

    /// <summary>503</summary>
    public const string ServiceUnavailable = nameof(ServiceUnavailable);
}
