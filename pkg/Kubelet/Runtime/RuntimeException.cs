namespace Kube1.Kubelet.Runtime;

/// <summary>The runtime's status codes, which are gRPC's (https://grpc.io/docs/guides/status-codes/).</summary>
public enum RuntimeErrorCode
{
    /// <summary>No error.</summary>
    Ok = 0,

    /// <summary>The call was cancelled.</summary>
    Cancelled = 1,

    /// <summary>The runtime gave no better code; most failures of containerd are this.</summary>
    Unknown = 2,

    /// <summary>The request makes no sense.</summary>
    InvalidArgument = 3,

    /// <summary>The call took longer than its deadline.</summary>
    DeadlineExceeded = 4,

    /// <summary>The thing named does not exist.</summary>
    NotFound = 5,

    /// <summary>A thing with this name exists already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>Something is used up.</summary>
    ResourceExhausted = 8,

    /// <summary>The thing is not in a state that allows this.</summary>
    FailedPrecondition = 9,

    /// <summary>The operation was aborted.</summary>
    Aborted = 10,

    /// <summary>A value lies outside its range.</summary>
    OutOfRange = 11,

    /// <summary>The runtime does not know this call.</summary>
    Unimplemented = 12,

    /// <summary>A bug in the runtime.</summary>
    Internal = 13,

    /// <summary>The runtime cannot be reached now.</summary>
    Unavailable = 14,

    /// <summary>Data was lost.</summary>
    DataLoss = 15,

    /// <summary>No valid credentials.</summary>
    Unauthenticated = 16,
}

/// <summary>A refusal or failure of the runtime, with its own code and message.</summary>
public sealed class RuntimeException(RuntimeErrorCode code, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The runtime's code.</summary>
    public RuntimeErrorCode Code { get; } = code;

    /// <summary>The text as upstream prints a CRI error: "rpc error: code = NotFound desc = …".</summary>
    public string RpcText => $"rpc error: code = {Code} desc = {Message}";
}
