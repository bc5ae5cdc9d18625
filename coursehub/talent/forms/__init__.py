"""The shape of what people type in talent, split by noun; whether it is allowed is the operations' business."""
